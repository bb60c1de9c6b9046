# SPDX-License-Identifier: BSD-3-Clause
# Built by make check, so that they can be run whenever somebody wants to.
check_PROGRAMS += %D%/verify
%C%_verify_SOURCES = %D%/verify.c %D%/clock.h
%C%_verify_LDADD = jwt-agent/verify/libverify.la

# Of these tests/system runs a few rounds.
noinst_PROGRAMS += %D%/refresh
%C%_refresh_SOURCES = %D%/refresh.c %D%/clock.h %D%/device.c %D%/device.h
%C%_refresh_LDADD = varlink/libvarlink.la

noinst_PROGRAMS += %D%/login
%C%_login_SOURCES = %D%/login.c %D%/clock.h %D%/device.c %D%/device.h
%C%_login_LDADD = \
	lmdb-store/libstore.la \
	varlink/libvarlink.la \
	$(PAM_LIBS) \
	$(OPENSSL_LIBS)

# Links what the tests have to make an agent of.
if HAVE_CMOCKA
check_PROGRAMS += %D%/metrics
%C%_metrics_SOURCES = %D%/metrics.c %D%/clock.h
%C%_metrics_LDADD = \
	tests/service/libagency.la \
	jwt-agent/server/libserver.la
endif
