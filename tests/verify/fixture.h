/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_VERIFY_FIXTURE_H
#define TESTS_VERIFY_FIXTURE_H

/*
 * A small world of issuers and keys, and a workshop for tokens that no honest
 * issuer would make. Failures of the workshop itself end the test program.
 */

#include "jwt-agent/verify/sign.h"
#include "jwt-agent/verify/verify.h"

#include <openssl/evp.h>

#define NOW INT64_C(1767225600) /* 2026-01-01 */
#define LOCAL "https://host.example"
#define OTHER "https://other.example"
#define TWINS "https://twins.example"
#define SECRET "https://secret.example"
#define BROAD "https://broad.example"
#define WORLD_ISSUERS 5
#define WORLD_SECRET "forty-eight bytes that only two of us should know"
#define WORLD_SECRET_SIZE 48

/*
 * LOCAL has es, rs and ed and accepts their algorithms.
 * OTHER has other (RS256), accepts no other algorithm, no leeway, and lets
 *       tokens live for an hour.
 * TWINS has twin, spare and twin again (ES256).
 * SECRET has WORLD_SECRET for HS256 and HS384, and names no key.
 * BROAD has ps, which is rs used for PS256, and in `pem` the public halves of
 *       other (RS256) and spare (ES256), which have no names. It accepts
 *       their algorithms and HS256, for which it has no secret; its tokens
 *       are for `broad` or `wide`, and name the user in `account.name`.
 */
struct world {
	struct key *es, *rs, *ed, *ps, *other, *twin, *spare;
	struct key *pem[2], *secret[2];
	const struct key *local_keys[3];
	const struct key *other_keys[1];
	const struct key *twin_keys[3];
	const struct key *secret_keys[2];
	const struct key *broad_keys[3];
	struct issuer local, others, twins, secrets, broad;
	const struct issuer *issuers[WORLD_ISSUERS];
};

void world_open(struct world *world);
void world_clear(struct world *world);

/*
 * JSON is written with ' for " in these texts, and @es @rs @ed @ps @ot @tw
 * stand
 * for the kid of the key. All results are the caller's.
 */
char *json_text(const struct world *world, const char *text);

/* The signing input of these two texts. */
char *
forge_input(const struct world *world, const char *header, const char *payload);

/* input.signature */
char *forge_join(const char *input, const void *signature, size_t size);

/* A token of these two texts, rightly signed. */
char *forge(const struct world *world, const char *header, const char *payload,
    const struct key *key);

/* A token with this secret: an HS256 one, or by another hash. */
char *forge_hmac(const struct world *world, const char *header,
    const char *payload, const void *secret, size_t size);
char *forge_hmac_by(const struct world *world, const char *digest,
    const char *header, const char *payload, const void *secret, size_t size);

/* OpenSSL's view of a key, and its public half in PEM and in DER. */
EVP_PKEY *pkey_of(const struct key *key);
char *public_pem(const struct key *key);
unsigned char *public_der(const struct key *key, int *size);

/* The audience ssh, and nothing else. */
extern const struct texts for_ssh;

/* verify_token() at NOW for the audience ssh, with nothing kept. */
enum err check(const struct world *world, const char *token, bool cut);

/* The same, with the trail. */
enum err check_trail(const struct world *world, const char *token, bool cut,
    struct trail *trail);

#endif
