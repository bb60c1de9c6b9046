# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libsetup.la
%C%_libsetup_la_SOURCES = \
	%D%/account.c \
	%D%/credential.c %D%/credential.h \
	%D%/masterkey.c \
	%D%/place.c \
	%D%/program.c %D%/program.h \
	%D%/setup.c %D%/setup.h \
	%D%/step.c %D%/step.h \
	%D%/store.c
%C%_libsetup_la_LIBADD = jwt-agent/service/libservice.la $(SYSTEMD_LIBS)
