# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libconfig.la
%C%_libconfig_la_SOURCES = \
	%D%/check.c %D%/check.h \
	%D%/config.c %D%/config.h \
	%D%/files.c \
	%D%/flag.c %D%/flag.h \
	%D%/inifile.c %D%/inifile.h \
	%D%/item.c %D%/item.h \
	%D%/job.c %D%/job.h \
	%D%/origin.c %D%/origin.h \
	%D%/schema.c \
	%D%/section.c %D%/section.h \
	%D%/section_name.c %D%/section_name.h \
	%D%/selector.c %D%/selector.h \
	%D%/shipped.c %D%/shipped.h \
	%D%/source.c %D%/source.h \
	%D%/value.c %D%/value.h \
	%D%/where.c
%C%_libconfig_la_LIBADD = \
	jwt-agent/observe/libobserve.la \
	base/libbase.la $(INIH_LIBS) $(JANSSON_LIBS)
