/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_HEADER_H
#define JWT_AGENT_VERIFY_HEADER_H

/*
 * The JOSE header of a token (RFC 7515 section 4). It may name an algorithm
 * and a key that are configured here; it may not bring or fetch a key, so
 * jku, jwk, x5u and x5c are read over.
 */

#include "base/autofree.h"
#include "jwt-agent/verify/algorithm.h"
#include "jwt-agent/verify/trail.h"

#define HEADER_KID_MAX 256
#define HEADER_DEPTH_MAX 8
#define HEADER_MEMBERS_MAX 32

struct header {
	const struct algorithm *algorithm;
	char *kid; /* NULL when the header has none */
};

/*
 * Reads the decoded header of a token. `algorithms` is the set of algorithm_bit() that
 * any issuer accepts. The first that holds:
 *   ERR_MALFORMED          not a JSON object of sane size and depth, a member
 *                          twice, `alg` missing, alg, kid or typ not a string
 *   ERR_UNSIGNED           `alg` is "none"
 *   ERR_ALGORITHM_REFUSED  `alg` is not in the set
 *   ERR_HEADER_REFUSED     crit, b64 or zip is there, `typ` is neither JWT
 *                          nor at+jwt (RFC 9068), `kid` is too long
 *   ERR_NO_MEMORY
 */
MUST_USE enum err header_read(const uint8_t *text, size_t size,
    uint32_t algorithms, struct trail *trail, struct header *out);

/* The same for a signed text of any kind: `typ` may be any string. */
MUST_USE enum err header_read_any(const uint8_t *text, size_t size,
    uint32_t algorithms, struct trail *trail, struct header *out);

void header_clear(struct header *header);

#endif
