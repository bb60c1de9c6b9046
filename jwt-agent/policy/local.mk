# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libpolicy.la

%C%_libpolicy_la_SOURCES = \
	%D%/mapping.c %D%/mapping.h \
	%D%/message.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/policy.c %D%/policy.h \
	%D%/requirement.h \
	%D%/stencil.c %D%/stencil.h \
	%D%/username.c %D%/username.h \
	%D%/utf8.c %D%/utf8.h
%C%_libpolicy_la_LIBADD = jwt-agent/verify/libverify.la
