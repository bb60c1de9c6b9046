/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CURSOR_H
#define JWT_AGENT_SERVICE_CURSOR_H

/*
 * Where a list has got to, between the transactions in which it is read: the
 * key of the entry given last. All zero: at the beginning. A list that sets
 * `follow` does not end with its last entry: it goes on with what is committed
 * later. One that has looked at CURSOR_LOOKS_MAX records in vain returns
 * ERR_GO_ON, and is called again after others.
 */

#include "base/id.h"
#include "lmdb-store/check.h"

#define CURSOR_LOOKS_MAX 1000

struct cursor {
	bool begun;
	bool follow;
	char device[ID_SIZE + 1];
	char id[ID_SIZE + 1];
	int64_t seq;
	int64_t back; /* entries to go back before it begins */
	struct check_place place;
	int64_t problems; /* of a check, so far */
};

#endif
