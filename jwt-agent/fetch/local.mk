# SPDX-License-Identifier: BSD-3-Clause
# What the agent and the fetcher say to each other.
noinst_LTLIBRARIES += %D%/libfetchmessage.la
%C%_libfetchmessage_la_SOURCES = \
	%D%/message.c %D%/message.h \
	%D%/problem.c %D%/problem.h
%C%_libfetchmessage_la_LIBADD = base/libbase.la

# The fetcher; nothing else links libcurl.
noinst_LTLIBRARIES += %D%/libfetch.la
%C%_libfetch_la_SOURCES = \
	%D%/cache.c %D%/cache.h \
	%D%/confinement.c %D%/confinement.h \
	%D%/document.c %D%/document.h \
	%D%/job.c %D%/job.h \
	%D%/transfer.c %D%/transfer.h
%C%_libfetch_la_LIBADD = %D%/libfetchmessage.la $(CURL_LIBS)

pkglibexec_PROGRAMS += %D%/jwt-agent-fetcher
%C%_jwt_agent_fetcher_SOURCES = %D%/main.c
%C%_jwt_agent_fetcher_LDADD = %D%/libfetch.la
