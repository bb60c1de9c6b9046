/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_GRANT_H
#define JWT_AGENT_SERVICE_GRANT_H

/*
 * What a device is given: an access token (RFC 9068) and the refresh token of
 * a generation of its family. Pure: nothing is written.
 */

#include "jwt-agent/service/call.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"

/* What clients are to be able to carry, bytes. */
#define ACCESS_TOKEN_MAX 600

struct grant {
	struct secret *access_token;
	struct secret *refresh_token;
	int64_t access_expires;	 /* seconds since 1970 */
	int64_t refresh_expires; /* idle or absolute, what comes first */
};

void grant_clear(struct grant *grant);

/* The access token has the claims of the family's version. */
MUST_USE enum err grant_make(const struct call *call,
    const struct device_record *device, const struct family_record *family,
    const struct secret *family_secret, struct grant *out);

/* How long an access token of the newest claims is for this device, if its
 * user has these attributes. */
MUST_USE enum err grant_token_size(const struct call *call,
    const struct device_record *device, const json_t *attributes, size_t *size);

/* When the family's newest token is too old, seconds since 1970. */
int64_t grant_refresh_expires(
    const struct config *config, const struct family_record *family);

/* Whether the name is one of the claims that grant_make() sets itself, or
 * that RFC 7519 and RFC 9068 give a meaning to. */
bool grant_claim_is_reserved(const char *name);

#endif
