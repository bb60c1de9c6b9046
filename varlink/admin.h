/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_ADMIN_H
#define VARLINK_ADMIN_H

/*
 * io.jwtagent.Admin. Times are seconds since 1970, sizes are bytes.
 */

#include "base/fields.h"

/* `would_accept`, `would_refuse`: logins that Login.Observe was asked about,
 * since `observed_since`; `observed`: of them by service and reason, objects
 * {service, would, reason, count, since, last} with times.
 * `upkeep`: its jobs, objects as of varlink/upkeep.h.
 * `store_fault`: why the store takes no writes, absent when it does; since then
 * `not_served` calls failed, and `unrecorded` logins and checks of an account were
 * granted. */
#define STATUS_REPLY(F)                                                        \
	F(str, version)                                                        \
	F(num, pid)                                                            \
	F(num, started)                                                        \
	F(str, store)                                                          \
	F(num, schema)                                                         \
	F(num, store_size)                                                     \
	F(num, store_map)                                                      \
	F(num, devices)                                                        \
	F(num, sessions)                                                       \
	F(str, issuer)                                                         \
	F(str, algorithm)                                                      \
	F(str, key)                                                            \
	F(num, would_accept)                                                   \
	F(num, would_refuse)                                                   \
	F(opt_num, observed_since)                                             \
	F(list, observed)                                                      \
	F(opt_str, store_fault)                                                \
	F(opt_num, store_fault_since)                                          \
	F(opt_num, unrecorded)                                                 \
	F(opt_num, not_served)                                                 \
	F(opt_list, upkeep)
DECLARE_FIELDS(status_reply, STATUS_REPLY)

/* One step of a check: `entries` of a table that it looked at and `problems`
 * that it met. `last`: the table is through. `findings`: objects {rule, key,
 * problem}, at most 16 of a step. */
#define CHECK_VIEW(F)                                                          \
	F(str, table)                                                          \
	F(num, entries)                                                        \
	F(num, problems)                                                       \
	F(flag, last)                                                          \
	F(list, findings)
DECLARE_FIELDS(check_view, CHECK_VIEW)

/* `tables`: objects {table, entries, bytes} with `oldest` and `newest`, times,
 * where the table has times. Of `size` bytes that are in use `free` are of pages
 * that hold nothing now; the map may grow to `map_max`. */
#define STORE_STATS_REPLY(F)                                                   \
	F(list, tables)                                                        \
	F(num, size)                                                           \
	F(num, map)                                                            \
	F(opt_num, free)                                                       \
	F(opt_num, map_max)
DECLARE_FIELDS(store_stats_reply, STORE_STATS_REPLY)

#endif
