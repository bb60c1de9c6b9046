# SPDX-License-Identifier: BSD-3-Clause
CONFIG_TESTS = \
	%D%/check_test \
	%D%/fault_test \
	%D%/files_test \
	%D%/section_test \
	%D%/selector_test \
	%D%/where_test

check_PROGRAMS += $(CONFIG_TESTS)
TESTS += $(CONFIG_TESTS)

# What the tests share: a configuration that is loaded from a text.
check_LTLIBRARIES += %D%/libloaded.la
%C%_libloaded_la_SOURCES = %D%/loaded.c %D%/loaded.h
%C%_libloaded_la_LIBADD = tests/cli/libcommandtest.la

%C%_check_test_LDADD = %D%/libloaded.la
%C%_fault_test_LDADD = %D%/libloaded.la
%C%_fault_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc \
	-Wl,--wrap=strdup -Wl,--wrap=strndup -Wl,--wrap=realloc \
	-Wl,--wrap=reallocarray
%C%_files_test_LDADD = %D%/libloaded.la
%C%_section_test_LDADD = %D%/libloaded.la
%C%_selector_test_LDADD = %D%/libloaded.la
%C%_where_test_LDADD = %D%/libloaded.la
