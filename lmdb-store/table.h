/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_TABLE_H
#define LMDB_STORE_TABLE_H

/* Which tables there are. A new one is a row here, and a higher version in
 * schema.h if anything is lost where an older jwt-agent passes it over. */

#include "lmdb-store/kv.h"

/* id, name in the store, version of its records (their member v) */
#define TABLES(T)                                                              \
	T(META, "meta", 1)                                                     \
	T(DEVICE, "device", 1)                                                 \
	T(DEVICE_BY_USER, "device_by_user", 0)                                 \
	T(DEVICE_BY_ORIGIN, "device_by_origin", 0)                             \
	T(FAMILY, "family", 1)                                                 \
	T(SESSION, "session", 1)                                               \
	T(SESSION_LIVE, "session_live", 0)                                     \
	T(SESSION_BY_EXPIRY, "session_by_expiry", 0)                           \
	T(REVOKED, "revoked", 1)                                               \
	T(REPLAY, "replay", 1)                                                 \
	T(REPLAY_BY_EXPIRY, "replay_by_expiry", 0)                             \
	T(SIGNKEY, "signkey", 2)                                               \
	T(JWKS, "jwks", 1)                                                     \
	T(AUDIT, "audit", 2)                                                   \
	T(REVOKED_BY_EXPIRY, "revoked_by_expiry", 0)                           \
	T(CODE, "code", 1)                                                     \
	T(CODE_BY_USER, "code_by_user", 0)                                     \
	T(CODE_BY_EXPIRY, "code_by_expiry", 0)                                 \
	T(DEVICE_ACTIVE, "device_active", 0)                                   \
	T(DEVICE_BY_TIME, "device_by_time", 0)                                 \
	T(FAMILY_BY_TIME, "family_by_time", 0)                                 \
	T(SESSION_BY_DEVICE, "session_by_device", 0)                           \
	T(SESSION_BY_END, "session_by_end", 0)                                 \
	T(REFUSALS, "refusals", 1)                                             \
	T(REFUSALS_BY_TIME, "refusals_by_time", 0)                             \
	T(ASIDE, "aside", 1)                                                   \
	T(COUNTER, "counter", 1)                                               \
	T(FLOOD, "flood", 1)                                                   \
	T(FLOOD_BY_TIME, "flood_by_time", 0)                                   \
	T(FAMILY_BY_CLAIMS, "family_by_claims", 0)                             \
	T(HOLDING, "holding", 1)                                               \
	T(USER, "user", 1)                                                     \
	T(ALERT, "alert", 1)                                                   \
	T(UPKEEP, "upkeep", 1)                                                 \
	T(FLAG, "flag", 1)                                                     \
	T(FLAG_OVERRIDE, "flag_override", 1)                                   \
	T(FLAG_CHANGE, "flag_change", 1)                                       \
	T(CHECKPOINT, "checkpoint", 1)                                         \
	T(CENSUS, "census", 1)                                                 \
	T(DAILY, "daily", 1)

enum table {
#define T(id, name, version) TABLE_##id,
	TABLES(T)
#undef T
	TABLE_COUNT
};

const char *table_name(enum table table);

/* The version of the records that are written; 0 for an index, which has
 * no records. */
int64_t table_version(enum table table);

/* Opens all tables, in the first writing transaction. */
MUST_USE enum err tables_open(struct txn *txn);

#endif
