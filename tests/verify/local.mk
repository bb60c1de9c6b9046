# SPDX-License-Identifier: BSD-3-Clause
%C%_programs = \
	%D%/claims_test \
	%D%/differential_test \
	%D%/fault_test \
	%D%/hostile_test \
	%D%/interop_test \
	%D%/key_test \
	%D%/keyset_test \
	%D%/proof_test \
	%D%/verify_jws_test \
	%D%/verify_test

check_PROGRAMS += $(%C%_programs)
TESTS += $(%C%_programs)

%C%_fixture = %D%/fixture.c %D%/fixture.h
%C%_libs = jwt-agent/verify/libverify.la base/libbase.la \
	$(LIBJWT_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) $(CMOCKA_LIBS)

%C%_claims_test_SOURCES = %D%/claims_test.c
%C%_claims_test_LDADD = $(%C%_libs)

%C%_differential_test_SOURCES = %D%/differential_test.c $(%C%_fixture)
%C%_differential_test_LDADD = $(%C%_libs)

%C%_fault_test_SOURCES = %D%/fault_test.c $(%C%_fixture)
%C%_fault_test_LDADD = $(%C%_libs)

%C%_hostile_test_SOURCES = %D%/hostile_test.c $(%C%_fixture)
%C%_hostile_test_LDADD = $(%C%_libs)

%C%_interop_test_SOURCES = %D%/interop_test.c $(%C%_fixture)
%C%_interop_test_LDADD = $(%C%_libs)

%C%_key_test_SOURCES = %D%/key_test.c $(%C%_fixture)
%C%_key_test_LDADD = $(%C%_libs)

%C%_keyset_test_SOURCES = %D%/keyset_test.c $(%C%_fixture)
%C%_keyset_test_LDADD = $(%C%_libs)

%C%_verify_jws_test_SOURCES = %D%/verify_jws_test.c $(%C%_fixture)
%C%_verify_jws_test_LDADD = $(%C%_libs)

%C%_verify_test_SOURCES = %D%/verify_test.c $(%C%_fixture)
%C%_verify_test_LDADD = $(%C%_libs)

EXTRA_DIST += %D%/openssl.sh %D%/pyjwt.py

%C%_proof_test_SOURCES = %D%/proof_test.c
%C%_proof_test_LDADD = $(%C%_libs)
