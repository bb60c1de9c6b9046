/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_STORECHECK_H
#define JWT_AGENT_SERVICE_STORECHECK_H

/*
 * io.jwtagent.Admin.StoreCheck: a list of steps. Each looks at a few entries
 * in a transaction of its own and then rests, so that logins go on; nothing
 * but the place in the store is kept between them.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/admin.h"
#include "varlink/login.h"

#define STORECHECK_STEP 256 /* entries */

MUST_USE enum err
admin_store_check(struct call *call, const struct empty *request,
    struct cursor *cursor, struct check_view *entry);

/* One step from where the cursor's place is; ERR_NOT_FOUND behind the last
 * table. */
MUST_USE enum err store_check_step(
    struct call *call, struct cursor *cursor, struct check_view *entry);

#endif
