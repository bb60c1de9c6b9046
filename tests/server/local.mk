# SPDX-License-Identifier: BSD-3-Clause
SERVER_TESTS = \
	%D%/alerting_test \
	%D%/leaders_test \
	%D%/limit_test \
	%D%/requests_test \
	%D%/turn_test

check_PROGRAMS += $(SERVER_TESTS)
TESTS += $(SERVER_TESTS)

%C%_alerting_test_LDADD = \
	tests/service/libagency.la \
	jwt-agent/server/libserver.la
%C%_leaders_test_LDADD = \
	jwt-agent/server/libserver.la \
	jwt-agent/config/libconfig.la \
	$(CMOCKA_LIBS)
%C%_requests_test_LDADD = \
	jwt-agent/server/libserver.la \
	jwt-agent/config/libconfig.la \
	$(CMOCKA_LIBS)
%C%_limit_test_LDADD = \
	tests/service/libagency.la \
	jwt-agent/server/libserver.la
%C%_turn_test_SOURCES = %D%/turn_test.c \
	tests/lmdb-store/blocks.c tests/lmdb-store/blocks.h
%C%_turn_test_LDADD = \
	tests/service/libagency.la \
	jwt-agent/server/libserver.la
