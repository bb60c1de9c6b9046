# SPDX-License-Identifier: BSD-3-Clause
EXTRA_DIST += \
	.ci/run \
	%D%/build \
	%D%/check \
	%D%/demo \
	%D%/distcheck \
	%D%/format \
	%D%/install \
	%D%/sanitize \
	%D%/system \
	%D%/unit \
	%D%/valgrind
