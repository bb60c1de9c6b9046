# SPDX-License-Identifier: BSD-3-Clause
check_PROGRAMS += %D%/wire_test
TESTS += %D%/wire_test

%C%_wire_test_LDADD = varlink/libvarlink.la $(CMOCKA_LIBS)
