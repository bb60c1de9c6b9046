# SPDX-License-Identifier: BSD-3-Clause
bin_PROGRAMS += %D%/jwt-agent
%C%_jwt_agent_SOURCES = \
	%D%/agent.c %D%/agent.h \
	%D%/main.c \
	%D%/metering.c %D%/metering.h \
	%D%/migrating.c %D%/migrating.h
%C%_jwt_agent_LDADD = \
	%D%/cli/libcli.la \
	%D%/setup/libsetup.la \
	%D%/server/libserver.la \
	%D%/config/libconfig.la

# ssh passes the program that SSH_ASKPASS names nothing but the prompt: by this
# name the command knows what is wanted of it.
install-exec-hook:
	cd $(DESTDIR)$(bindir) && \
		$(LN_S) -f jwt-agent$(EXEEXT) jwt-agent-askpass$(EXEEXT)
uninstall-hook:
	rm -f $(DESTDIR)$(bindir)/jwt-agent-askpass$(EXEEXT)

# What the command completes, as it says itself; not by one that is built for
# another machine.
if !CROSS
completiondir = $(datadir)/bash-completion/completions
completion_DATA = %D%/completions/jwt-agent
CLEANFILES += %D%/completions/jwt-agent
%D%/completions/jwt-agent: %D%/jwt-agent$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D%/completions && \
		%D%/jwt-agent$(EXEEXT) completion bash >$@.tmp && \
		mv $@.tmp $@
endif
