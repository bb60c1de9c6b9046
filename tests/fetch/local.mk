# SPDX-License-Identifier: BSD-3-Clause
FETCH_TESTS = \
	%D%/answer_test \
	%D%/cache_test \
	%D%/document_test \
	%D%/job_test \
	%D%/process_test \
	%D%/socket_test

check_PROGRAMS += $(FETCH_TESTS)
TESTS += $(FETCH_TESTS)
EXTRA_DIST += %D%/provider.py

# What the tests share: a provider, and the agent's side.
check_LTLIBRARIES += %D%/libscene.la
%C%_libscene_la_SOURCES = %D%/scene.c %D%/scene.h
%C%_libscene_la_LIBADD = jwt-agent/server/libserver.la $(CMOCKA_LIBS)

%C%_answer_test_LDADD = %D%/libscene.la
%C%_cache_test_LDADD = jwt-agent/fetch/libfetch.la $(CMOCKA_LIBS)
%C%_document_test_LDADD = jwt-agent/fetch/libfetch.la $(CMOCKA_LIBS)
%C%_process_test_LDADD = %D%/libscene.la
%C%_socket_test_LDADD = %D%/libscene.la
%C%_job_test_LDADD = jwt-agent/fetch/libfetch.la %D%/libscene.la
