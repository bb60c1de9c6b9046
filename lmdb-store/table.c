/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/table.h"

_Static_assert(TABLE_COUNT <= KV_TABLES_MAX, "room for every table");

static const char *const names[] = {
#define T(id, name, version) name,
    TABLES(T)
#undef T
};

static const int64_t versions[] = {
#define T(id, name, version) version,
    TABLES(T)
#undef T
};

const char *
table_name(enum table table)
{
	return names[table];
}

int64_t
table_version(enum table table)
{
	return versions[table];
}

enum err
tables_open(struct txn *txn)
{
	return txn_open_tables(txn, names, TABLE_COUNT);
}
