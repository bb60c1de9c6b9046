/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/secret.h"

#include <string.h>

struct secret {
	size_t size;
	uint8_t data[];
};

enum err
secret_zero(struct secret **out, size_t size)
{
	struct secret *secret = NULL;

	if (size > SIZE_MAX - sizeof(*secret) - 1)
		return ERR_NO_MEMORY;
	secret = calloc(1, sizeof(*secret) + size + 1);
	if (secret == NULL)
		return ERR_NO_MEMORY;
	secret->size = size;
	*out = secret;
	return OK;
}

enum err
secret_new(struct secret **out, const void *data, size_t size)
{
	struct secret *secret = NULL;
	enum err e = secret_zero(&secret, size);

	if (e != OK)
		return e;
	if (size > 0)
		memcpy(secret->data, data, size);
	*out = secret;
	return OK;
}

void
secret_free(struct secret *secret)
{
	if (secret == NULL)
		return;
	explicit_bzero(secret->data, secret->size);
	free(secret);
}

uint8_t *
secret_bytes(struct secret *secret)
{
	return secret->data;
}

const uint8_t *
secret_data(const struct secret *secret)
{
	return secret->data;
}

size_t
secret_size(const struct secret *secret)
{
	return secret->size;
}

const char *
secret_text(const struct secret *secret)
{
	return (const char *)secret->data;
}

bool
secret_equal(const struct secret *secret, const void *data, size_t size)
{
	const volatile uint8_t *left = secret->data;
	const volatile uint8_t *right = data;
	uint8_t difference = 0;

	if (secret->size != size)
		return false;
	for (size_t i = 0; i < size; i++)
		difference |= left[i] ^ right[i];
	return difference == 0;
}
