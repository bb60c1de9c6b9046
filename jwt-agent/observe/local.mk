# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libobserve.la
%C%_libobserve_la_SOURCES = \
	%D%/exposition.c %D%/exposition.h \
	%D%/log.c %D%/log.h \
	%D%/message.c %D%/message.h \
	%D%/metric.c %D%/metric.h
%C%_libobserve_la_LIBADD = base/libbase.la $(SYSTEMD_LIBS) $(JANSSON_LIBS)
