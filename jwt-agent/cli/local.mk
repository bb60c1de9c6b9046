# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libcli.la
%C%_libcli_la_SOURCES = \
	%D%/alert.c \
	%D%/alertdetail.c %D%/alertdetail.h \
	%D%/arguments.c %D%/arguments.h \
	%D%/askpass.c %D%/askpass.h \
	%D%/audit.c %D%/audit_verify.c \
	%D%/bookmark.c %D%/bookmark.h \
	%D%/check_report.c %D%/check_report.h \
	%D%/check_stopped.c %D%/check_stopped.h \
	%D%/cli.c %D%/cli.h \
	%D%/backup.c \
	%D%/code.c \
	%D%/command.c %D%/command.h \
	%D%/completion.c \
	%D%/config.c \
	%D%/confirm.c %D%/confirm.h \
	%D%/connection.c %D%/connection.h \
	%D%/delivery.c %D%/delivery.h \
	%D%/device.c \
	%D%/doctor.c %D%/doctor.h \
	%D%/doctor_agent.c \
	%D%/doctor_clock.c \
	%D%/doctor_contents.c \
	%D%/doctor_login.c \
	%D%/doctor_module.c \
	%D%/doctor_package.c \
	%D%/doctor_store.c \
	%D%/doctor_units.c \
	%D%/ends.c %D%/ends.h \
	%D%/enroll.c \
	%D%/event.c %D%/event.h \
	%D%/events.c %D%/events.h \
	%D%/finding.c %D%/finding.h \
	%D%/handover.c %D%/handover.h \
	%D%/identity.c %D%/identity.h \
	%D%/issuer.c \
	%D%/jws.c \
	%D%/export.c \
	%D%/flag.c %D%/flag.h \
	%D%/forget.c \
	%D%/import.c \
	%D%/importline.c %D%/importline.h \
	%D%/importreport.c %D%/importreport.h \
	%D%/key.c \
	%D%/meter.c %D%/meter.h \
	%D%/metrics.c \
	%D%/modulefile.c %D%/modulefile.h \
	%D%/migrate.c \
	%D%/monitor.c %D%/monitor.h \
	%D%/newfile.c %D%/newfile.h \
	%D%/output.c %D%/output.h \
	%D%/pamcheck.c %D%/pamcheck.h \
	%D%/pamcontrol.c %D%/pamcontrol.h \
	%D%/pamfile.c %D%/pamfile.h \
	%D%/pamservices.c %D%/pamservices.h \
	%D%/qr.c %D%/qr.h \
	%D%/refresh.c %D%/refresh.h \
	%D%/proof.c %D%/proof.h \
	%D%/report.c \
	%D%/reportpage.c %D%/reportpage.h \
	%D%/replacement.c %D%/replacement.h \
	%D%/restore.c \
	%D%/rollout.c \
	%D%/session.c \
	%D%/setup.c \
	%D%/sshdfile.c %D%/sshdfile.h \
	%D%/status.c \
	%D%/stopped_store.c %D%/stopped_store.h \
	%D%/store_check.c \
	%D%/store.c \
	%D%/tally.c %D%/tally.h \
	%D%/token.c \
	%D%/tokenfile.c %D%/tokenfile.h \
	%D%/unit.c %D%/unit.h \
	%D%/upkeep.c %D%/upkeep.h \
	%D%/upkeep_audit.c \
	%D%/upkeep_backup.c \
	%D%/upkeep_keys.c \
	%D%/usage.c %D%/usage.h \
	%D%/attribute.c \
	%D%/uses.c %D%/uses.h \
	%D%/user.c \
	%D%/watch.c %D%/watch.h \
	%D%/week.c %D%/week.h \
	%D%/when.c %D%/when.h
%C%_libcli_la_LIBADD = \
	jwt-agent/config/libconfig.la \
	jwt-agent/observe/libobserve.la \
	lmdb-store/libstore.la \
	jwt-agent/verify/libverify.la \
	varlink/libvarlink.la \
	$(SMARTCOLS_LIBS) \
	$(SYSTEMD_LIBS) \
	$(QRENCODE_LIBS)

dist_man_MANS += man/jwt-agent.1 man/jwt-agent.conf.5 \
	man/jwt-agent-transfer.5

# An administrator's configuration is never overwritten, nor removed.
EXTRA_DIST += etc/jwt-agent.conf
agentconf = $(DESTDIR)$(sysconfdir)/jwt-agent/jwt-agent.conf
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(sysconfdir)/jwt-agent
	test -e $(agentconf) || \
		$(INSTALL_DATA) $(srcdir)/etc/jwt-agent.conf $(agentconf)
uninstall-local:
	if cmp -s $(srcdir)/etc/jwt-agent.conf $(agentconf); then \
		rm -f $(agentconf); \
	fi
