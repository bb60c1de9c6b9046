/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_SSHDFILE_H
#define JWT_AGENT_CLI_SSHDFILE_H

/*
 * Reads from sshd_config(5) what a login by PAM hangs on. The first value of
 * a keyword holds; Include is followed; what stands in a Match block holds
 * only for some and is left out.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stdbool.h>

#define SSHD_DEPTH_MAX 16 /* sshd's own limit on Include */
#define SSHD_LINE_MAX 4096

enum sshd_keyword {
	SSHD_USE_PAM,
	SSHD_KBD_INTERACTIVE,
	SSHD_KEYWORD_COUNT,
};

/* Each "yes" or "no" as it is in effect, sshd's default when not set. */
struct sshd_options {
	bool value[SSHD_KEYWORD_COUNT];
};

/* ERR_NOT_FOUND when there is no such file, ERR_IO when it or one that it
 * includes cannot be read. */
MUST_USE enum err
sshd_options_read(struct sshd_options *options, const char *path);

#endif
