/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_VERIFY_JWS_H
#define JWT_AGENT_VERIFY_VERIFY_JWS_H

/*
 * Structure and signature of any signed text, with a key that is given: no
 * issuer, no claims, no time. For tests and for looking into things; nobody is
 * let in by this.
 */

#include "base/autofree.h"
#include "jwt-agent/verify/algorithm.h"
#include "jwt-agent/verify/trail.h"

#include <jansson.h>

/*
 * Verifies a compact JWS of at most TOKEN_SIZE_MAX bytes and gives its payload,
 * to be freed by the caller: any bytes, none at all, and a NUL behind them
 * that is not counted. `jwk` is a JWK, symmetric or not, or a set, of which the
 * header's kid chooses. `only` is the algorithm that it has to be; NULL: any
 * that the key is for. Steps in the trail (which may be NULL), the first that
 * fails decides:
 *   size       ERR_MALFORMED
 *   header     ERR_MALFORMED, ERR_UNSIGNED, ERR_ALGORITHM_REFUSED,
 *              ERR_HEADER_REFUSED
 *   key        ERR_UNKNOWN_KEY: the JWK cannot be used, is not for the
 *              algorithm, or the set has no such key
 *   signature  ERR_BAD_SIGNATURE
 * Faults: ERR_NO_MEMORY, ERR_CRYPTO.
 */
MUST_USE enum err jws_verify(const char *token, size_t size, const json_t *jwk,
    const struct algorithm *only, struct trail *trail, uint8_t **payload,
    size_t *payload_size);

#endif
