# SPDX-License-Identifier: BSD-3-Clause
OBSERVE_TESTS = \
	%D%/exposition_test \
	%D%/metric_test

check_PROGRAMS += $(OBSERVE_TESTS)
TESTS += $(OBSERVE_TESTS)

%C%_libs = jwt-agent/observe/libobserve.la $(CMOCKA_LIBS)
%C%_exposition_test_LDADD = $(%C%_libs)
%C%_metric_test_LDADD = $(%C%_libs)
