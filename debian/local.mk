# SPDX-License-Identifier: BSD-3-Clause
# So that the archive can be built as a package, too.
EXTRA_DIST += \
	%D%/changelog \
	%D%/control \
	%D%/copyright \
	%D%/jwt-agent.install \
	%D%/jwt-agent.links \
	%D%/jwt-agent.lintian-overrides \
	%D%/jwt-agent.postinst \
	%D%/jwt-agent.postrm \
	%D%/libpam-jwt.install \
	%D%/libpam-jwt.postinst \
	%D%/libpam-jwt.prerm \
	%D%/not-installed \
	%D%/rules \
	%D%/source/format \
	%D%/tests/control \
	%D%/tests/login \
	%D%/tests/smoke \
	etc/apparmor.d/jwt-agent \
	etc/pam-configs/jwt \
	etc/pam-configs/jwt-observe
