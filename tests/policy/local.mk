# SPDX-License-Identifier: BSD-3-Clause
%C%_programs = \
	%D%/fault_test \
	%D%/mapping_test \
	%D%/message_test \
	%D%/policy_test \
	%D%/requirement_test \
	%D%/username_test

check_PROGRAMS += $(%C%_programs)
TESTS += $(%C%_programs)

%C%_claimset = %D%/claimset.c %D%/claimset.h
%C%_libs = jwt-agent/policy/libpolicy.la jwt-agent/verify/libverify.la \
	base/libbase.la $(LIBJWT_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)

%C%_fault_test_SOURCES = %D%/fault_test.c $(%C%_claimset)
%C%_fault_test_LDADD = $(%C%_libs)

%C%_mapping_test_LDADD = $(%C%_libs)

%C%_message_test_SOURCES = %D%/message_test.c $(%C%_claimset)
%C%_message_test_LDADD = $(%C%_libs)

%C%_policy_test_SOURCES = %D%/policy_test.c $(%C%_claimset)
%C%_policy_test_LDADD = $(%C%_libs)

%C%_requirement_test_SOURCES = %D%/requirement_test.c $(%C%_claimset)
%C%_requirement_test_LDADD = $(%C%_libs)

%C%_username_test_LDADD = $(%C%_libs)
