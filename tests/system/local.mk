# SPDX-License-Identifier: BSD-3-Clause
# Run by ci/system, not by make check: these tests need root.
EXTRA_DIST += \
	%D%/conftest.py \
	%D%/story.py \
	%D%/harness/__init__.py \
	%D%/harness/agent.py \
	%D%/harness/built.py \
	%D%/harness/child.py \
	%D%/harness/clock.c \
	%D%/harness/glewlwyd.py \
	%D%/harness/imposter.py \
	%D%/harness/issuer.py \
	%D%/harness/keyfile.py \
	%D%/harness/leader.py \
	%D%/harness/logbook.py \
	%D%/harness/namespace.py \
	%D%/harness/people.py \
	%D%/harness/provider.py \
	%D%/harness/postgres.py \
	%D%/harness/ssh.py \
	%D%/harness/sshd.py \
	%D%/harness/stacks.py \
	%D%/harness/sudo.py \
	%D%/harness/terminal.py \
	%D%/harness/tokens.py \
	%D%/harness/waiting.py \
	%D%/harness/wire.py \
	%D%/test_agent_down.py \
	%D%/test_config_keys.py \
	%D%/test_examples.py \
	%D%/test_explain.py \
	%D%/test_issuers.py \
	%D%/test_kill.py \
	%D%/test_permission.py \
	%D%/test_postgres.py \
	%D%/test_provider.py \
	%D%/test_refusals.py \
	%D%/test_revocation.py \
	%D%/test_rotation.py \
	%D%/test_serve.py \
	%D%/test_services.py \
	%D%/test_sessions.py \
	%D%/test_ssh_login.py \
	%D%/test_store_bytes.py \
	%D%/test_sudo.py \
	%D%/test_terminal.py \
	%D%/test_wire.py
