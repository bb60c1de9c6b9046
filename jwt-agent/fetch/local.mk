# SPDX-License-Identifier: BSD-3-Clause
# What the agent and the fetcher say to each other.
noinst_LTLIBRARIES += %D%/libfetchmessage.la
%C%_libfetchmessage_la_SOURCES = %D%/message.c %D%/message.h
%C%_libfetchmessage_la_LIBADD = base/libbase.la
