# SPDX-License-Identifier: BSD-3-Clause
# Installed below $(docdir) as they stand here; tests/system loads each.
examplesdir = $(docdir)
nobase_dist_examples_DATA = \
	%D%/README.md \
	%D%/ci/README.md \
	%D%/ci/askpass \
	%D%/ci/ci.conf \
	%D%/import/README.md \
	%D%/import/postgresql.sql \
	%D%/openid-provider/README.md \
	%D%/openid-provider/provider.conf \
	%D%/postgresql/README.md \
	%D%/postgresql/pam.d/postgresql \
	%D%/postgresql/pg_hba.conf \
	%D%/postgresql/postgresql.conf \
	%D%/sshd/10-jwt-agent.conf \
	%D%/sshd/README.md \
	%D%/sshd/sshd.conf \
	%D%/sudo/README.md \
	%D%/sudo/pam.d/sudo \
	%D%/sudo/sudo.conf
