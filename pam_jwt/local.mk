# SPDX-License-Identifier: BSD-3-Clause

# Everything that is in the module; what its tests link, too.
noinst_LTLIBRARIES += %D%/libpam_jwt.la
%C%_libpam_jwt_la_SOURCES = \
	%D%/account.c \
	%D%/agent.c %D%/agent.h \
	%D%/answer.c %D%/answer.h \
	%D%/auth.c \
	%D%/code.c %D%/code.h \
	%D%/context.c %D%/context.h \
	%D%/cred.c \
	%D%/log.c %D%/log.h \
	%D%/options.c %D%/options.h \
	%D%/password.c \
	%D%/phase.h \
	%D%/prompt.c %D%/prompt.h \
	%D%/public.c \
	%D%/session.c \
	%D%/shape.c %D%/shape.h \
	%D%/unrecorded.c %D%/unrecorded.h
# base comes with it: once, as everything here is linked whole
%C%_libpam_jwt_la_LIBADD = varlink/libvarlink.la

# What libpam loads: no library beside libpam, libjansson and libc.
pam_LTLIBRARIES += %D%/pam_jwt.la
%C%_pam_jwt_la_SOURCES =
%C%_pam_jwt_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-export-symbols-regex '^pam_sm_'
%C%_pam_jwt_la_LIBADD = %D%/libpam_jwt.la $(PAM_LIBS) $(JANSSON_LIBS)
if !SANITIZERS
%C%_pam_jwt_la_LDFLAGS += -Wl,-z,defs
endif

dist_man_MANS += man/pam_jwt.8

pamexamplesdir = $(docdir)/examples/pam.d
dist_pamexamples_DATA = \
	etc/pam.d/common-account \
	etc/pam.d/common-auth \
	etc/pam.d/common-session \
	etc/pam.d/observe \
	etc/pam.d/sshd \
	etc/pam.d/token-only
