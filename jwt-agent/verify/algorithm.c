/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/algorithm.h"

#include <string.h>

#define P256 "prime256v1"
#define P384 "secp384r1"
#define P521 "secp521r1"

/* clang-format off */
static const struct algorithm rows[] = {
	/* name    type     kty    curve      group      bits  digest    pss    signature */
	{"ES256", KEY_EC,  "EC",  "P-256",   P256,      0,    "SHA256", false, 64},
	{"RS256", KEY_RSA, "RSA", NULL,      NULL,      2048, "SHA256", false, 0},
	{"EdDSA", KEY_OKP, "OKP", "Ed25519", "ED25519", 0,    NULL,     false, 64},
	{"ES384", KEY_EC,  "EC",  "P-384",   P384,      0,    "SHA384", false, 96},
	{"ES512", KEY_EC,  "EC",  "P-521",   P521,      0,    "SHA512", false, 132},
	{"RS384", KEY_RSA, "RSA", NULL,      NULL,      3072, "SHA384", false, 0},
	{"RS512", KEY_RSA, "RSA", NULL,      NULL,      4096, "SHA512", false, 0},
	{"PS256", KEY_RSA, "RSA", NULL,      NULL,      2048, "SHA256", true,  0},
	{"PS384", KEY_RSA, "RSA", NULL,      NULL,      3072, "SHA384", true,  0},
	{"PS512", KEY_RSA, "RSA", NULL,      NULL,      4096, "SHA512", true,  0},
	{"HS256", KEY_OCT, "oct", NULL,      NULL,      0,    "SHA256", false, 32},
	{"HS384", KEY_OCT, "oct", NULL,      NULL,      0,    "SHA384", false, 48},
	{"HS512", KEY_OCT, "oct", NULL,      NULL,      0,    "SHA512", false, 64},
};
/* clang-format on */

#define COUNT (sizeof(rows) / sizeof(*rows))

const struct algorithm *
algorithm_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const struct algorithm *
algorithm_at(size_t index)
{
	return index < COUNT ? &rows[index] : NULL;
}

uint32_t
algorithm_bit(const struct algorithm *algorithm)
{
	return UINT32_C(1) << (algorithm - rows);
}

bool
algorithm_is_symmetric(const struct algorithm *algorithm)
{
	return algorithm->type == KEY_OCT;
}

static uint32_t
all_that_are(bool symmetric)
{
	uint32_t set = 0;

	for (size_t i = 0; i < COUNT; i++)
		if (algorithm_is_symmetric(&rows[i]) == symmetric)
			set |= algorithm_bit(&rows[i]);
	return set;
}

uint32_t
algorithms_asymmetric(void)
{
	return all_that_are(false);
}

uint32_t
algorithms_symmetric(void)
{
	return all_that_are(true);
}
