/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/audit_ends.h"

#include "lmdb-store/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DOMAIN "audit-ends"

DEFINE_FIELDS(audit_ends, AUDIT_ENDS)

static enum err
prove(const struct seal *seal, const struct audit_ends *ends, struct link *out)
{
	char text[3 * (LINK_TEXT_SIZE + 24)];
	int size = snprintf(text, sizeof(text),
	    "%" PRId64 " %s %" PRId64 " %s%s%s", ends->first, ends->first_link,
	    ends->last, ends->last_link, ends->heads != NULL ? " " : "",
	    ends->heads != NULL ? ends->heads : "");

	if (size < 0 || (size_t)size >= sizeof(text))
		return ERR_STORE;
	return chain_seal(seal, DOMAIN, text, out);
}

static enum err
check(const struct seal *seal, const struct audit_ends *ends)
{
	struct link proof, wanted;
	enum err e = link_read(ends->proof, &proof);

	if (e == OK)
		e = prove(seal, ends, &wanted);
	return e == OK && !link_equal(&proof, &wanted) ? ERR_STORE : e;
}

enum err
audit_ends_get(
    struct txn *txn, const struct seal *seal, struct audit_ends *ends)
{
	enum err e = record_get(txn, TABLE_META, text_slice(AUDIT_ENDS_KEY),
	    audit_ends_fields(), ends);

	return e == OK ? check(seal, ends) : e;
}

enum err
audit_ends_begin(struct audit_ends *ends)
{
	enum err e = link_set(&ends->first_link, &chain_begin);

	ends->first = ends->last = 0;
	return e == OK ? link_set(&ends->last_link, &chain_begin) : e;
}

static enum err
put(struct txn *txn, const struct seal *seal, struct audit_ends *ends)
{
	struct link proof;
	enum err e = prove(seal, ends, &proof);

	if (e == OK)
		e = link_set(&ends->proof, &proof);
	if (e != OK)
		return txn_fail(txn, e);
	return record_put(txn, TABLE_META, text_slice(AUDIT_ENDS_KEY),
	    audit_ends_fields(), ends);
}

enum err
audit_ends_move(struct txn *txn, const struct seal *seal,
    struct audit_ends *ends, int64_t last, const struct link *link)
{
	enum err e = link_set(&ends->last_link, link);

	ends->last = last;
	return e == OK ? put(txn, seal, ends) : txn_fail(txn, e);
}

enum err
audit_ends_cut(struct txn *txn, const struct seal *seal,
    struct audit_ends *ends, int64_t first, const struct link *link)
{
	enum err e = link_set(&ends->first_link, link);

	ends->first = first;
	return e == OK ? put(txn, seal, ends) : txn_fail(txn, e);
}

enum err
audit_ends_vouch(struct txn *txn, const struct seal *seal,
    struct audit_ends *ends, const struct link *heads)
{
	enum err e = OK;

	if (heads != NULL)
		e = link_set(&ends->heads, heads);
	else
		free(TAKE(ends->heads));
	return e == OK ? put(txn, seal, ends) : txn_fail(txn, e);
}

enum err
audit_ends_remove(struct txn *txn)
{
	enum err e = txn_delete(txn, TABLE_META, text_slice(AUDIT_ENDS_KEY));

	return e == ERR_NOT_FOUND ? OK : e;
}
