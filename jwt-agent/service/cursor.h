/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CURSOR_H
#define JWT_AGENT_SERVICE_CURSOR_H

/*
 * Where a list has got to, between the transactions in which it is read: the
 * key of the entry given last. All zero: at the beginning.
 */

#include "base/id.h"
#include "lmdb-store/check.h"

struct cursor {
	bool begun;
	char device[ID_SIZE + 1];
	char id[ID_SIZE + 1];
	int64_t seq;
	struct check_place place;
};

#endif
