/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_JWS_H
#define JWT_AGENT_VERIFY_JWS_H

/*
 * The compact serialization of a signed token (RFC 7515 section 7.1): three
 * base64url parts with dots between them, and nothing else.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "jwt-agent/verify/trail.h"

#include <stddef.h>
#include <stdint.h>

#define TOKEN_SIZE_MAX ((size_t)16 * 1024)

/* The parts, decoded. Behind each of them stands a NUL, which is not counted.
 * `input` is what was signed: a piece of the token, borrowed. */
struct jws {
	const uint8_t *header;
	size_t header_size;
	const uint8_t *payload;
	size_t payload_size;
	const uint8_t *signature;
	size_t signature_size; /* 0 for an unsecured JWS (RFC 7515 A.5) */
	const char *input;
	size_t input_size;
	uint8_t *bytes; /* where the three live, owned */
};

/*
 * Takes a token apart; the result is good as long as the token. The header is
 * never empty. The payload may be, and the signature: only the header tells an
 * unsigned token from a broken one. ERR_MALFORMED, with what is wrong noted
 * in the trail (which may be NULL); ERR_NO_MEMORY.
 */
MUST_USE enum err
jws_read(const char *token, size_t size, struct trail *trail, struct jws *out);

void jws_clear(struct jws *jws);

/* Whether an answer of this size is what a client leaves when it cuts: OpenSSH
 * at 1023 bytes, PAM's own helpers at 511. */
bool token_is_cut(size_t size);

#endif
