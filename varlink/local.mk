# SPDX-License-Identifier: BSD-3-Clause
VARLINK_INTERFACES = \
	%D%/io.jwtagent.Admin.varlink \
	%D%/io.jwtagent.Alert.varlink \
	%D%/io.jwtagent.Code.varlink \
	%D%/io.jwtagent.Device.varlink \
	%D%/io.jwtagent.Issuer.varlink \
	%D%/io.jwtagent.Key.varlink \
	%D%/io.jwtagent.Login.varlink \
	%D%/io.jwtagent.Session.varlink \
	%D%/io.jwtagent.Token.varlink \
	%D%/io.jwtagent.User.varlink \
	%D%/io.jwtagent.varlink \
	%D%/org.varlink.service.varlink

# The messages and both ends of a connection; what the module links.
noinst_LTLIBRARIES += %D%/libvarlink.la
%C%_libvarlink_la_SOURCES = \
	%D%/admin.c %D%/admin.h \
	%D%/alert.c %D%/alert.h \
	%D%/audit.c %D%/audit.h \
	%D%/caller.c %D%/caller.h \
	%D%/client.c %D%/client.h \
	%D%/code.c %D%/code.h \
	%D%/connection.c %D%/connection.h \
	%D%/deadline.c %D%/deadline.h \
	%D%/device.c %D%/device.h \
	%D%/flag.c %D%/flag.h \
	%D%/inbox.c %D%/inbox.h \
	%D%/issuer.c %D%/issuer.h \
	%D%/key.c %D%/key.h \
	%D%/login.c %D%/login.h \
	%D%/message.c %D%/message.h \
	%D%/metric.c %D%/metric.h \
	%D%/outbox.c %D%/outbox.h \
	%D%/rollout.c %D%/rollout.h \
	%D%/session.c %D%/session.h \
	%D%/socket.h \
	%D%/transfer.c %D%/transfer.h \
	%D%/token.c %D%/token.h \
	%D%/upkeep.c %D%/upkeep.h \
	%D%/user.c %D%/user.h
%C%_libvarlink_la_LIBADD = base/libbase.la

# The interface files as text; the daemon's.
noinst_LTLIBRARIES += %D%/libinterfaces.la
%C%_libinterfaces_la_SOURCES = %D%/interfaces.h
nodist_%C%_libinterfaces_la_SOURCES = %D%/interfaces.c

%D%/interfaces.c: $(VARLINK_INTERFACES) %D%/embed.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && cd $(srcdir) && \
	$(AWK) -f %D%/embed.awk $(VARLINK_INTERFACES) \
		> $(abs_top_builddir)/$@.tmp && mv $(abs_top_builddir)/$@.tmp $(abs_top_builddir)/$@

varlinkdir = $(datadir)/varlink
dist_varlink_DATA = $(VARLINK_INTERFACES)
EXTRA_DIST += %D%/embed.awk
CLEANFILES += %D%/interfaces.c
