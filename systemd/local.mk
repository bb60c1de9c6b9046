# SPDX-License-Identifier: BSD-3-Clause
# Below $(prefix), where systemd looks when that is /usr or /usr/local.
upkeep_timers = \
	%D%/jwt-agent-upkeep-sweep.timer \
	%D%/jwt-agent-upkeep-backup.timer \
	%D%/jwt-agent-upkeep-audit-check.timer \
	%D%/jwt-agent-upkeep-report.timer \
	%D%/jwt-agent-upkeep-key-rotation.timer
systemdsystemunit_DATA = \
	%D%/jwt-agent.socket \
	%D%/jwt-agent-fetcher.socket \
	%D%/jwt-agent.service \
	%D%/jwt-agent-fetcher@.service \
	%D%/jwt-agent-alerts.service \
	%D%/jwt-agent-metrics.service \
	%D%/jwt-agent-metrics.timer \
	$(upkeep_timers) \
	%D%/jwt-agent-upkeep@.service
EXTRA_DIST += \
	%D%/jwt-agent.socket \
	%D%/jwt-agent-fetcher.socket \
	%D%/jwt-agent.service.in \
	%D%/jwt-agent-fetcher@.service.in \
	%D%/jwt-agent-alerts.service.in \
	%D%/jwt-agent-metrics.service.in \
	%D%/jwt-agent-metrics.timer \
	$(upkeep_timers) \
	%D%/jwt-agent-upkeep@.service.in
CLEANFILES += %D%/jwt-agent.service %D%/jwt-agent-fetcher@.service \
	%D%/jwt-agent-alerts.service \
	%D%/jwt-agent-metrics.service %D%/jwt-agent-upkeep@.service

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
%D%/jwt-agent-upkeep@.service: %D%/jwt-agent-upkeep@.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
		$(unit_values) $(srcdir)/%D%/jwt-agent-upkeep@.service.in >$@

%D%/jwt-agent-alerts.service: %D%/jwt-agent-alerts.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
		$(unit_values) $(srcdir)/%D%/jwt-agent-alerts.service.in >$@

sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = %D%/sysusers.d/jwt-agent.conf
# What journalctl -x says of our events.
catalogdir = $(prefix)/lib/systemd/catalog
dist_catalog_DATA = etc/jwt-agent.catalog
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = %D%/tmpfiles.d/jwt-agent.conf
