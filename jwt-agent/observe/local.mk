# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libobserve.la
%C%_libobserve_la_SOURCES = %D%/log.c %D%/log.h
%C%_libobserve_la_LIBADD = $(SYSTEMD_LIBS)
