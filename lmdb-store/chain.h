/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CHAIN_H
#define LMDB_STORE_CHAIN_H

/*
 * The keyed chain of the audit: each record carries a link,
 *
 *	P    = HMAC(what the record says of a person)
 *	link = HMAC(link of the record before, everything else, P)
 *
 * under keys that are derived from the store's hash key (seal.h). Whoever has
 * the store without its keys can change, remove, add or move no record that is
 * followed by another without breaking a link.
 *
 * A person can be forgotten all the same: the record then keeps P in its
 * member `person`, so that the link stays, and `redaction` authenticates what
 * stands there instead.
 *
 * What is hashed are the members themselves in the order of the field list,
 * each with its kind and length, and not their JSON.
 */

#include "lmdb-store/audit_record.h"
#include "lmdb-store/seal.h"

struct link {
	uint8_t bytes[SEAL_HASH_SIZE];
};

#define LINK_TEXT_SIZE 43 /* in base64url */

/* What the first record of a store follows. */
extern const struct link chain_begin;

/*
 * The link of a record behind the one before it. ERR_STORE when the record was
 * redacted and what stands there is not what was written then; ERR_CRYPTO,
 * ERR_INTERNAL when it is larger than a record can be.
 */
MUST_USE enum err chain_link(const struct seal *seal, const struct link *before,
    const struct audit_record *record, struct link *out);

/*
 * What a person leaves in a record is about to be replaced: `record` is what
 * replaces `old`, and gets its members person and redaction. ERR_STORE as
 * above, of `old`; ERR_NO_MEMORY, ERR_CRYPTO.
 */
MUST_USE enum err chain_redact(const struct seal *seal,
    const struct audit_record *old, struct audit_record *record);

/* The same authentication for the few other records that the audit has: of a
 * text that nobody without the keys can make. */
MUST_USE enum err chain_seal(const struct seal *seal, const char *domain,
    const char *text, struct link *out);

bool link_equal(const struct link *left, const struct link *right);

/* As text; ERR_STORE for a text (NULL is none) that is no link. */
void link_write(const struct link *link, char text[LINK_TEXT_SIZE + 1]);
MUST_USE enum err link_read(const char *text, struct link *out);

/* The text in place of what the member has. ERR_NO_MEMORY. */
MUST_USE enum err link_set(char **member, const struct link *link);

#endif
