/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ORIGIN_H
#define JWT_AGENT_SERVICE_ORIGIN_H

/*
 * What a token of another issuer is known by: the token itself, so that it can
 * be recognised without being kept, and the device that holds it.
 */

#include "base/base64url.h"
#include "jwt-agent/service/call.h"
#include "jwt-agent/verify/verify.h"
#include "lmdb-store/device.h"

#define ORIGIN_HASH_BYTES 32
#define ORIGIN_HASH_SIZE BASE64URL_TEXT_SIZE(ORIGIN_HASH_BYTES)

/*
 * Hash of the issuer and of what was signed. The signature is left out: an
 * ECDSA signature has a twin that is as good, and a token that was used must
 * not come again under it.
 */
MUST_USE enum err origin_of_token(const char *issuer,
    const struct secret *token, char hash[ORIGIN_HASH_SIZE + 1]);

/* Hash of a text of this kind that somebody said; what is kept of it. */
MUST_USE enum err origin_of_text(const char *kind, const char *who,
    const char *text, char hash[ORIGIN_HASH_SIZE + 1]);
MUST_USE enum err
origin_of_issuer(const char *issuer, char hash[ORIGIN_HASH_SIZE + 1]);

/*
 * The device of the key that the token is bound to (`cnf.jkt`, RFC 9449
 * section 6.1), else of issuer, subject, client and rhost (NULL: none). It is
 * the user's whose uid is given. A device that is not in the store yet is made
 * ready and not written: `*is_new`.
 */
MUST_USE enum err
origin_device(struct call *call, const struct verified *token, const char *user,
    int64_t uid, const char *rhost, struct device_record *device, bool *is_new);

#endif
