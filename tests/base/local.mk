# SPDX-License-Identifier: BSD-3-Clause
BASE_TESTS = \
	%D%/base64url_test \
	%D%/date_test \
	%D%/err_test \
	%D%/fields_test \
	%D%/id_test \
	%D%/logincode_test \
	%D%/member_test \
	%D%/network_test \
	%D%/options_test \
	%D%/secret_test \
	%D%/texts_test \
	%D%/url_test

check_PROGRAMS += $(BASE_TESTS)
TESTS += $(BASE_TESTS)

%C%_base64url_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_date_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_err_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_fields_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_id_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_logincode_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_member_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_network_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_options_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_secret_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_texts_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
%C%_url_test_LDADD = base/libbase.la $(CMOCKA_LIBS)
EXTRA_DIST += %D%/sparse.h %D%/tree.h
