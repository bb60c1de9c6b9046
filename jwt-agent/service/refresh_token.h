/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_REFRESH_TOKEN_H
#define JWT_AGENT_SERVICE_REFRESH_TOKEN_H

/*
 * The form of a refresh token: "jr1_" and base64url of family id (16 bytes),
 * generation (4 bytes, big endian) and a tag (32 bytes), which is HMAC-SHA-256
 * under the family's secret. A token that is not current any more can so be
 * told from one that never was ours, and the same generation always gives the
 * same token.
 */

#include "base/secret.h"

#define FAMILY_ID_BYTES 16
#define FAMILY_ID_TEXT 22 /* base64url of it */
#define FAMILY_SECRET_BYTES 32
#define FAMILY_GENERATION_MAX UINT32_MAX

struct refresh_token {
	char family[FAMILY_ID_TEXT + 1];
	uint32_t generation;
	uint8_t tag[32];
};

/* Takes a token apart; says nothing about whether it is genuine.
 * ERR_INVALID_TOKEN. */
MUST_USE enum err
refresh_token_read(const struct secret *text, struct refresh_token *out);

/* Whether the tag is right, in constant time: OK or ERR_INVALID_TOKEN. */
MUST_USE enum err refresh_token_check(
    const struct refresh_token *token, const struct secret *family_secret);

/* The token of a generation of a family. */
MUST_USE enum err refresh_token_make(const char *family, uint32_t generation,
    const struct secret *family_secret, struct secret **out);

#endif
