# SPDX-License-Identifier: BSD-3-Clause
EXTRA_DIST += \
	.ci/run \
	%D%/bench \
	%D%/build \
	%D%/check \
	%D%/deb \
	%D%/debian13 \
	%D%/demo \
	%D%/distcheck \
	%D%/flood \
	%D%/format \
	%D%/install \
	%D%/large \
	%D%/model \
	%D%/package \
	%D%/package-before \
	%D%/package-on \
	%D%/packaging \
	%D%/root \
	%D%/sanitize \
	%D%/storm \
	%D%/system \
	%D%/unit \
	%D%/valgrind
