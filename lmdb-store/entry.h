/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_ENTRY_H
#define LMDB_STORE_ENTRY_H

/*
 * Any entry of any table, for whoever looks at the whole store: what its key
 * is made of, and the record that it holds or, in an index, names. A new table
 * is a row in entry.c.
 */

#include "lmdb-store/alert.h"
#include "lmdb-store/audit.h"
#include "lmdb-store/census.h"
#include "lmdb-store/checkpoint.h"
#include "lmdb-store/code.h"
#include "lmdb-store/counter.h"
#include "lmdb-store/daily.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/flood.h"
#include "lmdb-store/holding.h"
#include "lmdb-store/flag_change.h"
#include "lmdb-store/jwks.h"
#include "lmdb-store/key.h"
#include "lmdb-store/refusals.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/revoked.h"
#include "lmdb-store/session.h"
#include "lmdb-store/signkey.h"
#include "lmdb-store/upkeep.h"
#include "lmdb-store/user.h"

struct entry {
	struct txn *txn;
	const struct seal *seal; /* NULL: there is none */
	enum table table;
	struct slice before; /* the key of the entry before; empty: none */
	struct slice key;
	struct slice value;
	union {
		struct alert_record alert;
		struct audit_record audit;
		struct census_record census;
		struct checkpoint_record checkpoint;
		struct code_record code;
		struct counter_record counter;
		struct daily_record daily;
		struct upkeep_record upkeep;
		struct device_record device;
		struct family_record family;
		struct flood_record flood;
		struct holding_record holding;
		struct flag_record flag;
		struct flag_change_record flag_change;
		struct flag_override_record flag_override;
		struct jwks_record jwks;
		struct refusals_record refusals;
		struct replay_record replay;
		struct revoked_record revoked;
		struct session_record session;
		struct signkey_record signkey;
		struct user_record user;
	} record;
};

/* What became of reading it. */
enum entry_state {
	ENTRY_READ,
	ENTRY_NO_KEY, /* the key has not the form of the table's keys */
	ENTRY_NO_JSON,
	ENTRY_NO_VERSION,
	ENTRY_NEWER,
	ENTRY_UNREADABLE,
	ENTRY_DANGLING, /* an index names a record that cannot be read */
};

/* Fills `record`, which entry_clear() clears. ERR_NO_MEMORY, and the fault
 * that the transaction carries. */
MUST_USE enum err entry_read(struct entry *entry, enum entry_state *state);
void entry_clear(struct entry *entry);

/* The key of the record in an index: the part behind its number or text, or
 * the value. */
struct slice entry_names(const struct entry *entry);

/* The key for people: numbers in decimal, parts with a blank between, bytes
 * that are not printable in hex; cut if it is longer. */
void entry_show_key(const struct entry *entry, char *text, size_t size);

#endif
