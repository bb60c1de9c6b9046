# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libservice.la
%C%_libservice_la_SOURCES = \
	%D%/alert.c %D%/alert.h \
	%D%/alerts.c %D%/alerts.h \
	%D%/admin.c %D%/admin.h \
	%D%/audit.c %D%/audit.h %D%/audithead.c \
	%D%/arrival.c %D%/arrival.h \
	%D%/arrival_device.c \
	%D%/arrival_session.c \
	%D%/arrival_user.c \
	%D%/call.c %D%/call.h \
	%D%/code.c %D%/code.h \
	%D%/code_device.c %D%/code_device.h \
	%D%/code_login.c %D%/code_login.h \
	%D%/attribute.c %D%/attribute.h \
	%D%/claimset.c %D%/claimset.h \
	%D%/dated.c %D%/dated.h \
	%D%/clock.c %D%/clock.h \
	%D%/cursor.h \
	%D%/device.c %D%/device.h \
	%D%/enrolment.c %D%/enrolment.h \
	%D%/export.c %D%/export.h \
	%D%/flood.c %D%/flood.h \
	%D%/flag.c %D%/flag.h \
	%D%/forget.c %D%/forget.h \
	%D%/gauge.c %D%/gauge.h %D%/gauge_parts.h \
	%D%/gauge_counters.c %D%/gauge_keys.c \
	%D%/gauge_records.c %D%/gauge_store.c \
	%D%/grant.c %D%/grant.h \
	%D%/import.c %D%/import.h \
	%D%/issuer.c %D%/issuer.h \
	%D%/key.c %D%/key.h \
	%D%/keychange.c %D%/keychange.h \
	%D%/keyfiles.c %D%/keyfiles.h \
	%D%/keyring.c %D%/keyring.h \
	%D%/level.c %D%/level.h \
	%D%/lifetime.c %D%/lifetime.h \
	%D%/limit.c %D%/limit.h \
	%D%/login.c %D%/login.h \
	%D%/login_parts.h \
	%D%/login_session.c \
	%D%/mark.c %D%/mark.h \
	%D%/pseudonym.c %D%/pseudonym.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/newkey.c %D%/newkey.h \
	%D%/oddity.c %D%/oddity.h \
	%D%/origin.c %D%/origin.h \
	%D%/outage.c %D%/outage.h \
	%D%/reading.c %D%/reading.h \
	%D%/refresh_token.c %D%/refresh_token.h \
	%D%/renewal.c %D%/renewal.h \
	%D%/restored.c %D%/restored.h \
	%D%/revocation.c %D%/revocation.h \
	%D%/rotation.c %D%/rotation.h \
	%D%/session.c %D%/session.h \
	%D%/signing.c %D%/signing.h \
	%D%/stacks.c %D%/stacks.h \
	%D%/storecheck.c %D%/storecheck.h \
	%D%/timekeeping.c %D%/timekeeping.h \
	%D%/sweep.c %D%/sweep.h \
	%D%/token.c %D%/token.h \
	%D%/token_revocation.c %D%/token_revocation.h \
	%D%/trust.c %D%/trust.h \
	%D%/trusted.c %D%/trusted.h \
	%D%/upkeep.c %D%/upkeep.h \
	%D%/uses.c %D%/uses.h \
	%D%/user.c %D%/user.h \
	%D%/verdict.c %D%/verdict.h \
	%D%/window.c %D%/window.h
%C%_libservice_la_LIBADD = \
	jwt-agent/verify/libverify.la \
	jwt-agent/policy/libpolicy.la \
	jwt-agent/config/libconfig.la \
	jwt-agent/observe/libobserve.la \
	lmdb-store/libstore.la \
	varlink/libvarlink.la \
	base/libbase.la
