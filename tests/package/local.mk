# SPDX-License-Identifier: BSD-3-Clause
# Run by ci/package, not by make check: these tests boot machines.
EXTRA_DIST += \
	%D%/conftest.py \
	%D%/machine/__init__.py \
	%D%/machine/booted.py \
	%D%/machine/console.py \
	%D%/machine/faults.py \
	%D%/machine/packages.py \
	%D%/machine/root.py \
	%D%/test_autopkgtest.py \
	%D%/test_boot.py \
	%D%/test_lockout.py \
	%D%/test_module.py \
	%D%/test_profiles.py \
	%D%/test_units.py \
	%D%/test_upgrade.py
