# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libserver.la
%C%_libserver_la_SOURCES = \
	%D%/alerting.c %D%/alerting.h \
	%D%/calls.c %D%/calls.h \
	%D%/fdstore.c %D%/fdstore.h \
	%D%/fetcher.c %D%/fetcher.h \
	%D%/fetching.c %D%/fetching.h \
	%D%/introspection.c %D%/introspection.h \
	%D%/keys.c %D%/keys.h \
	%D%/leaders.c %D%/leaders.h \
	%D%/listener.c %D%/listener.h \
	%D%/measure.c %D%/measure.h \
	%D%/outages.c %D%/outages.h \
	%D%/peer.c %D%/peer.h \
	%D%/process.c %D%/process.h \
	%D%/reply.c %D%/reply.h \
	%D%/request.h %D%/requests.c \
	%D%/resolver.c %D%/resolver.h \
	%D%/server.c %D%/server.h \
	%D%/streams.c %D%/streams.h \
	%D%/takeup.c %D%/takeup.h \
	%D%/task.c %D%/task.h \
	%D%/turn.c %D%/turn.h
%C%_libserver_la_LIBADD = \
	jwt-agent/service/libservice.la \
	jwt-agent/fetch/libfetchmessage.la \
	jwt-agent/observe/libobserve.la \
	varlink/libinterfaces.la \
	$(SYSTEMD_LIBS)
