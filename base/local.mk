# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libbase.la
%C%_libbase_la_SOURCES = \
	%D%/autofree.h \
	%D%/base64url.c %D%/base64url.h \
	%D%/crockford.c %D%/crockford.h \
	%D%/date.c %D%/date.h \
	%D%/err.c %D%/err.h \
	%D%/fields.c %D%/fields.h \
	%D%/host.c %D%/host.h \
	%D%/id.c %D%/id.h \
	%D%/member.c %D%/member.h \
	%D%/network.c %D%/network.h \
	%D%/option_error.c %D%/option_error.h \
	%D%/logincode.c %D%/logincode.h \
	%D%/option_value.c %D%/option_value.h \
	%D%/options.c %D%/options.h \
	%D%/passwd.c %D%/passwd.h \
	%D%/progress.h \
	%D%/prompt.h \
	%D%/secret.c %D%/secret.h \
	%D%/texts.c %D%/texts.h \
	%D%/timetext.c %D%/timetext.h \
	%D%/url.c %D%/url.h
%C%_libbase_la_LIBADD = $(JANSSON_LIBS)
