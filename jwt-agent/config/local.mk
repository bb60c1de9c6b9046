# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libconfig.la
%C%_libconfig_la_SOURCES = \
	%D%/config.c %D%/config.h \
	%D%/inifile.c %D%/inifile.h
%C%_libconfig_la_LIBADD = base/libbase.la $(INIH_LIBS)
