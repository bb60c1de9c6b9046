/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_IDENTITY_H
#define JWT_AGENT_CLI_IDENTITY_H

/*
 * Whoever works in the directory of the store does it as its owner: a file
 * that root made there (LMDB's lock.mdb) would keep the agent from starting,
 * and root would follow what the agent's user put in its way.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "lmdb-store/error.h"

#include <sys/types.h>

struct identity {
	uid_t uid;
	gid_t gid;
};

/* Who owns the directory; where it is missing: the one that it would be made
 * in. ERR_IO, ERR_CONFIG, with a sentence. */
MUST_USE enum err identity_of(
    struct identity *identity, const char *directory, struct store_error *why);

/* Root becomes that for good, and whoever it is already stays that. No debugger
 * may look at it: ERR_PERMISSION_DENIED to everybody else, ERR_IO. */
MUST_USE enum err
identity_become(const struct identity *identity, struct store_error *why);

#endif
