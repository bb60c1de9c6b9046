/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_FLAG_H
#define JWT_AGENT_SERVICE_FLAG_H

/*
 * What can be switched while the agent runs: config/flag.h lists it. What
 * decides first: an override of the user, the state that was set, the
 * configuration, what is built in. And one function for each method of
 * io.jwtagent.Admin that is about flags.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "lmdb-store/device.h"
#include "lmdb-store/flag_change.h"
#include "varlink/flag.h"
#include "varlink/login.h"

/* `setting`: what decides, if it was set; else its percentage alone counts. */
struct flag_standing {
	struct flag_setting setting;
	const char *why; /* FLAG_WHY_... */
	int64_t bucket;
	bool holds;
};

/* Whether it is on for a user, by the user's name on this host. */
MUST_USE enum err
flag_holds(struct call *call, enum flag flag, const char *user, bool *holds);

/* Whether the device was enrolled without a key, and its user has to have one
 * there. */
MUST_USE enum err flag_misses_key(
    struct call *call, const struct device_record *device, bool *misses);

/* The same as flag_holds(), and why. `user` NULL: for everybody whom nothing else is set for;
 * the bucket is -1 then. */
MUST_USE enum err flag_judge(struct call *call, enum flag flag,
    const char *user, struct flag_standing *standing);

/* The first 8 bytes of SHA-256(flag, 0x00, user) as a big-endian number, modulo
 * 100: the same on each host, and another for each flag. */
MUST_USE enum err
flag_bucket(const char *flag, const char *user, int64_t *bucket);

MUST_USE enum err admin_flag_set(struct call *call,
    const struct flag_set_request *request, struct flag_set_reply *reply);
MUST_USE enum err admin_flag_undo(struct call *call,
    const struct empty *request, struct flag_undo_reply *reply);
MUST_USE enum err
admin_flag_list(struct call *call, const struct flag_list_request *request,
    struct cursor *cursor, struct flag_view *entry);

#endif
