# SPDX-License-Identifier: BSD-3-Clause
%C%_programs = \
	%D%/mapping_test \
	%D%/policy_test \
	%D%/username_test

check_PROGRAMS += $(%C%_programs)
TESTS += $(%C%_programs)

%C%_libs = jwt-agent/policy/libpolicy.la jwt-agent/verify/libverify.la \
	base/libbase.la $(LIBJWT_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)

%C%_mapping_test_LDADD = $(%C%_libs)
%C%_policy_test_LDADD = $(%C%_libs)
%C%_username_test_LDADD = $(%C%_libs)
