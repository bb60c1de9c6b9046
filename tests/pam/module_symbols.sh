#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Reads the built module: it must offer libpam its six calls and nothing else,
# and need only libpam, libjansson and libc, because it is loaded into every
# program that asks for a password.
#
# usage: module_symbols.sh [pam_jwt.so]
set -eu

module=${1:-${PAM_JWT_MODULE:-pam_jwt/.libs/pam_jwt.so}}
failed=0

compare() {
	if [ "$2" != "$3" ]; then
		printf '%s: %s:\n%s\nexpected:\n%s\n' "$module" "$1" "$2" "$3"
		failed=1
	fi
}

test -f "$module"

compare "exports" \
	"$(nm -D --defined-only "$module" | awk '{ print $3 }' | LC_ALL=C sort)" \
	"pam_sm_acct_mgmt
pam_sm_authenticate
pam_sm_chauthtok
pam_sm_close_session
pam_sm_open_session
pam_sm_setcred"

compare "needs" \
	"$(readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' |
		LC_ALL=C sort)" \
	"libc
libjansson
libpam"

# Not to be found in a module: what reads the environment, writes to the
# program's output, ends it, or changes its signals and threads.
compare "calls" \
	"$(nm -D --undefined-only "$module" | awk '{ print $2 }' |
		sed 's/@.*//' |
		grep -xE '(secure_)?getenv|printf|puts|putchar|(_)?exit|abort|sigaction|signal|sigprocmask|pthread_.*|fork|exec.*|system|popen|setenv|putenv' |
		LC_ALL=C sort)" \
	""

# Names that programs define, too, and a program's own comes first: here
# PostgreSQL's SQL function. jansson's calls to itself are bound to itself.
compare "names that programs take" \
	"$(nm -D --undefined-only "$module" | awk '{ print $2 }' |
		sed 's/@.*//' | grep -x 'json_object')" \
	""

exit $failed
