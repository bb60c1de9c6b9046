# SPDX-License-Identifier: BSD-3-Clause
# Below $(prefix), where systemd looks when that is /usr or /usr/local.
systemdsystemunit_DATA = \
	%D%/jwt-agent.socket \
	%D%/jwt-agent-fetcher.socket \
	%D%/jwt-agent.service \
	%D%/jwt-agent-fetcher@.service \
	%D%/jwt-agent-metrics.service \
	%D%/jwt-agent-metrics.timer
EXTRA_DIST += \
	%D%/jwt-agent.socket \
	%D%/jwt-agent-fetcher.socket \
	%D%/jwt-agent.service.in \
	%D%/jwt-agent-fetcher@.service.in \
	%D%/jwt-agent-metrics.service.in \
	%D%/jwt-agent-metrics.timer
CLEANFILES += %D%/jwt-agent.service %D%/jwt-agent-fetcher@.service \
	%D%/jwt-agent-metrics.service

unit_values = $(SED) \
	-e 's|@bindir[@]|$(bindir)|' \
	-e 's|@pkglibexecdir[@]|$(pkglibexecdir)|' \
	-e 's|@FDSTORE_PRESERVE[@]|$(FDSTORE_PRESERVE)|'

%D%/jwt-agent.service: %D%/jwt-agent.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
		$(unit_values) $(srcdir)/%D%/jwt-agent.service.in >$@
%D%/jwt-agent-fetcher@.service: %D%/jwt-agent-fetcher@.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
		$(unit_values) $(srcdir)/%D%/jwt-agent-fetcher@.service.in >$@
%D%/jwt-agent-metrics.service: %D%/jwt-agent-metrics.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
		$(unit_values) $(srcdir)/%D%/jwt-agent-metrics.service.in >$@

sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = %D%/sysusers.d/jwt-agent.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = %D%/tmpfiles.d/jwt-agent.conf
