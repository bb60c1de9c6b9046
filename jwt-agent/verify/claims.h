/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_CLAIMS_H
#define JWT_AGENT_VERIFY_CLAIMS_H

/*
 * The claim set of a token (RFC 7519 section 4), carried by libjwt.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "base/texts.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define CLAIMS_DEPTH_MAX 16
#define CLAIMS_MEMBERS_MAX 128
#define CLAIM_STR_MAX 1024
/* The last second of the year 9999: what a NumericDate may be. */
#define CLAIM_DATE_MAX INT64_C(253402300799)

struct claims;

/*
 * Reads a payload: one JSON object in UTF-8, no member twice at any depth,
 * within the bounds above, a NUL behind its `size` bytes. ERR_MALFORMED,
 * ERR_NO_MEMORY.
 */
MUST_USE enum err
claims_read(const uint8_t *text, size_t size, struct claims **out);

/* An empty set. */
MUST_USE enum err claims_new(struct claims **out);

/* NULL is fine. */
void claims_free(struct claims *claims);
DEFINE_AUTO_FREE(claims)

/*
 * A claim that is a string, borrowed. ERR_NOT_FOUND when it is absent,
 * ERR_INVALID_CLAIM when it is no string, empty or too long.
 */
MUST_USE enum err
claims_str(const struct claims *claims, const char *name, const char **out);

/*
 * A NumericDate (RFC 7519 section 2), rounded down to a whole second.
 * ERR_NOT_FOUND when it is absent, ERR_INVALID_CLAIM when it is no number,
 * negative or past CLAIM_DATE_MAX.
 */
MUST_USE enum err
claims_num(const struct claims *claims, const char *name, int64_t *out);

/* Any claim as JSON, a new reference. ERR_NOT_FOUND. */
MUST_USE enum err
claims_json(const struct claims *claims, const char *name, json_t **out);

/*
 * The claim that a path names, as a new reference: the one of exactly this
 * name, else the member that is reached by going into objects at the dots, so
 * that `realm_access.roles` is `roles` in the object `realm_access`. At most
 * CLAIMS_DEPTH_MAX steps. ERR_NOT_FOUND, ERR_NO_MEMORY.
 */
MUST_USE enum err
claims_find(const struct claims *claims, const char *path, json_t **out);

/* The same for one that is a string, as claims_str() gives it: it lives as long
 * as the set. */
MUST_USE enum err
claims_find_str(struct claims *claims, const char *path, const char **out);

/*
 * OK when `aud` is one of the audiences or an array with one of them among its
 * strings (RFC 7519 section 4.1.3). ERR_WRONG_AUDIENCE, also without `aud` or
 * with no audience (NULL, an empty list, empty texts); ERR_INVALID_CLAIM when
 * `aud` is anything else; ERR_NO_MEMORY.
 */
MUST_USE enum err
claims_audience_has(const struct claims *claims, const struct texts *audience);

/* Setting replaces. ERR_INTERNAL for text that is not UTF-8, ERR_NO_MEMORY. */
MUST_USE enum err
claims_set_str(struct claims *claims, const char *name, const char *value);
MUST_USE enum err
claims_set_num(struct claims *claims, const char *name, int64_t value);
MUST_USE enum err
claims_set_json(struct claims *claims, const char *name, const json_t *value);

/* The set as compact JSON, to be freed by the caller. */
MUST_USE enum err claims_text(const struct claims *claims, char **out);

#endif
