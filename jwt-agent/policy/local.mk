# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libpolicy.la

%C%_libpolicy_la_SOURCES = \
	%D%/line.c %D%/line.h \
	%D%/mapping.c %D%/mapping.h \
	%D%/message.c %D%/message.h \
	%D%/number.c %D%/number.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/policy.c %D%/policy.h \
	%D%/requirement.c %D%/requirement.h \
	%D%/rule.c %D%/rule.h \
	%D%/stencil.c %D%/stencil.h \
	%D%/step.c %D%/step.h \
	%D%/username.c %D%/username.h \
	%D%/utf8.c %D%/utf8.h
%C%_libpolicy_la_LIBADD = jwt-agent/verify/libverify.la
