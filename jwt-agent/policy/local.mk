# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libpolicy.la

%C%_libpolicy_la_SOURCES = %D%/policy.c %D%/policy.h
%C%_libpolicy_la_LIBADD = jwt-agent/verify/libverify.la
