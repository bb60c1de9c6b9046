# SPDX-License-Identifier: BSD-3-Clause
CLI_TESTS = \
	%D%/arguments_test \
	%D%/askpass_test \
	%D%/command_test \
	%D%/config_test \
	%D%/doctor_test \
	%D%/finding_test \
	%D%/man_test \
	%D%/pamcontrol_test \
	%D%/qr_test \
	%D%/refresh_test \
	%D%/tally_test

check_PROGRAMS += $(CLI_TESTS)
TESTS += $(CLI_TESTS)

# What the tests share: a folder, an agent that answers, a run of the command.
check_LTLIBRARIES += %D%/libcommandtest.la
%C%_libcommandtest_la_SOURCES = \
	%D%/command_run.c %D%/command_run.h \
	%D%/fake_agent.c %D%/fake_agent.h \
	%D%/folder.c %D%/folder.h
%C%_libcommandtest_la_LIBADD = jwt-agent/cli/libcli.la $(CMOCKA_LIBS)

%C%_arguments_test_LDADD = %D%/libcommandtest.la
%C%_askpass_test_LDADD = %D%/libcommandtest.la
%C%_command_test_LDADD = %D%/libcommandtest.la
%C%_config_test_LDADD = %D%/libcommandtest.la
%C%_doctor_test_LDADD = %D%/libcommandtest.la
%C%_finding_test_SOURCES = \
	%D%/finding_test.c \
	%D%/fake_manager.c %D%/fake_manager.h
%C%_finding_test_LDADD = %D%/libcommandtest.la $(SYSTEMD_LIBS)
%C%_man_test_LDADD = %D%/libcommandtest.la
%C%_pamcontrol_test_LDADD = %D%/libcommandtest.la $(PAM_LIBS)
%C%_qr_test_LDADD = %D%/libcommandtest.la
%C%_refresh_test_LDADD = %D%/libcommandtest.la
%C%_tally_test_LDADD = %D%/libcommandtest.la
