# SPDX-License-Identifier: BSD-3-Clause
SERVICE_TESTS = \
	%D%/alert_test \
	%D%/alerts_test \
	%D%/attribute_test \
	%D%/audit_property_test \
	%D%/claimset_test \
	%D%/code_test \
	%D%/clock_test \
	%D%/dated_test \
	%D%/device_test \
	%D%/export_test \
	%D%/flag_effect_test \
	%D%/flag_test \
	%D%/fault_test \
	%D%/forget_test \
	%D%/issuer_test \
	%D%/key_fault_test \
	%D%/key_test \
	%D%/level_test \
	%D%/lifetime_test \
	%D%/limit_test \
	%D%/login_test \
	%D%/powerloss_test \
	%D%/renewal_test \
	%D%/revocation_test \
	%D%/rotation_test \
	%D%/sweep_test \
	%D%/trusted_test \
	%D%/upkeep_test \
	%D%/window_test

check_PROGRAMS += $(SERVICE_TESTS)
TESTS += $(SERVICE_TESTS)
check_LTLIBRARIES += %D%/libagency.la

%C%_libagency_la_SOURCES = %D%/agency.c %D%/agency.h
%C%_libagency_la_LIBADD = \
	jwt-agent/service/libservice.la \
	jwt-agent/config/libconfig.la \
	$(CMOCKA_LIBS)
%C%_device_test_SOURCES = %D%/device_test.c %D%/foreign.c %D%/foreign.h
%C%_device_test_LDADD = %D%/libagency.la
%C%_sweep_test_SOURCES = %D%/sweep_test.c %D%/foreign.c %D%/foreign.h
%C%_flag_effect_test_SOURCES = %D%/flag_effect_test.c %D%/lineage.c \
	%D%/lineage.h
%C%_flag_effect_test_LDADD = %D%/libagency.la
%C%_flag_test_LDADD = %D%/libagency.la
%C%_sweep_test_LDADD = %D%/libagency.la
%C%_issuer_test_SOURCES = %D%/issuer_test.c %D%/foreign.c %D%/foreign.h
%C%_issuer_test_LDADD = %D%/libagency.la
%C%_trusted_test_LDADD = %D%/libagency.la
%C%_upkeep_test_LDADD = %D%/libagency.la
%C%_window_test_LDADD = %D%/libagency.la
%C%_export_test_LDADD = %D%/libagency.la
%C%_forget_test_LDADD = %D%/libagency.la
%C%_alert_test_LDADD = %D%/libagency.la
%C%_alerts_test_LDADD = %D%/libagency.la
%C%_attribute_test_LDADD = %D%/libagency.la
%C%_claimset_test_SOURCES = %D%/claimset_test.c \
	tests/policy/claimset.c tests/policy/claimset.h
%C%_claimset_test_LDADD = %D%/libagency.la
%C%_dated_test_SOURCES = %D%/dated_test.c \
	tests/policy/claimset.c tests/policy/claimset.h
%C%_dated_test_LDADD = %D%/libagency.la
%C%_renewal_test_SOURCES = %D%/renewal_test.c $(store_test_fixture)
%C%_renewal_test_LDADD = %D%/libagency.la
%C%_audit_property_test_LDADD = %D%/libagency.la
%C%_code_test_LDADD = %D%/libagency.la
%C%_key_fault_test_SOURCES = %D%/key_fault_test.c %D%/keyscene.c \
	%D%/keyscene.h
%C%_key_fault_test_LDADD = %D%/libagency.la
%C%_key_fault_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=strdup \
	-Wl,--wrap=fsync,--wrap=rename,--wrap=mdb_txn_commit \
	-Wl,--wrap=mdb_get,--wrap=mdb_put,--wrap=mdb_del,--wrap=mdb_stat \
	-Wl,--wrap=mdb_cursor_open,--wrap=mdb_cursor_get \
	-Wl,--wrap=EVP_CIPHER_CTX_new,--wrap=EVP_CipherInit_ex \
	-Wl,--wrap=EVP_CipherFinal_ex
%C%_key_test_SOURCES = %D%/key_test.c %D%/keyscene.c %D%/keyscene.h
%C%_key_test_LDADD = %D%/libagency.la
%C%_level_test_LDADD = %D%/libagency.la
%C%_lifetime_test_LDADD = %D%/libagency.la
%C%_limit_test_LDADD = %D%/libagency.la
%C%_clock_test_LDADD = %D%/libagency.la
%C%_login_test_LDADD = %D%/libagency.la
%C%_powerloss_test_SOURCES = %D%/powerloss_test.c %D%/powersteps.h \
	%D%/powersteps_device.c %D%/powersteps_operation.c \
	$(store_test_writes) \
	tests/lmdb-store/scratch.c tests/lmdb-store/scratch.h
%C%_powerloss_test_LDADD = %D%/libagency.la
%C%_revocation_test_SOURCES = %D%/revocation_test.c %D%/foreign.c %D%/foreign.h
%C%_revocation_test_LDADD = %D%/libagency.la
%C%_rotation_test_SOURCES = %D%/rotation_test.c %D%/lineage.c %D%/lineage.h
%C%_rotation_test_LDADD = %D%/libagency.la
%C%_fault_test_LDADD = %D%/libagency.la
%C%_fault_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc \
	-Wl,--wrap=calloc -Wl,--wrap=strdup -Wl,--wrap=reallocarray
