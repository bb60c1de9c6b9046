/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_SERVICE_FOREIGN_H
#define TESTS_SERVICE_FOREIGN_H

/*
 * An issuer other than the agent, with a key of its own, and logins with its
 * tokens.
 */

#include "tests/service/agency.h"

#include "jwt-agent/verify/sign.h"

#define FOREIGN_ISS "https://idp.test"

struct foreign {
	struct agency *agency;
	struct key *key;
	/* of the next login */
	const char *user, *service, *rhost;
	bool waited;
	/* what it left */
	struct authenticate_reply reply;
};

void foreign_open(struct foreign *foreign, struct agency *agency);
void foreign_clear(struct foreign *foreign);

/* The public key as a JWK Set; a key of another kind in its place. */
json_t *foreign_jwks(const struct foreign *foreign);
void foreign_rotate(struct foreign *foreign);

/* Configures the agency: [issuer idp] with `keys`, a line, and what else. */
void
foreign_configure(struct foreign *foreign, const char *keys, const char *more);

/* Writes the set, or this text, where keys_file= of the path below is. */
void foreign_publish(const struct foreign *foreign, const char *text);
char *foreign_path(const struct foreign *foreign);

/* A token with these claims beside iss, exp and iat, JSON with ' for ". */
struct secret *foreign_token(const struct foreign *foreign, const char *claims);

/* One login; the reason of a refusal. */
enum err foreign_login(struct foreign *foreign, const struct secret *token);
/* With a token of these claims. */
enum err foreign_try(struct foreign *foreign, const char *claims);

#endif
