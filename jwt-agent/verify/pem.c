/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/pem.h"
#include "jwt-agent/verify/pkey.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

/* One block, decoded. */
struct block {
	char *name;
	char *header;
	unsigned char *data;
	long size;
};

static void
block_clear(struct block *block)
{
	OPENSSL_free(block->name);
	OPENSSL_free(block->header);
	/* it may have been a private key */
	OPENSSL_clear_free(block->data, (size_t)block->size);
}

static enum err
refuse(const char **why, const char *what)
{
	enum err e = pkey_refusal();

	if (e == ERR_MALFORMED)
		*why = what;
	return e;
}

static const char *
advice_on(const char *name)
{
	if (strstr(name, "CERTIFICATE") != NULL)
		return "this is a certificate: its public key is what `openssl "
		       "x509 -pubkey -noout` prints";
	if (strstr(name, "PRIVATE KEY") != NULL)
		return "this is a private key, which is not to leave its "
		       "issuer: the public one is what `openssl pkey -pubout` "
		       "prints";
	return "there is a PEM block that is no public key";
}

/* NULL when it is broken. */
static EVP_PKEY *
decode(const struct block *block, bool rsa)
{
	const unsigned char *at = block->data;
	EVP_PKEY *pkey = rsa
	    ? d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, block->size)
	    : d2i_PUBKEY(NULL, &at, block->size);

	if (pkey != NULL && at == block->data + block->size)
		return pkey;
	EVP_PKEY_free(pkey);
	return NULL;
}

static enum err
add_block(struct pem *pem, const struct block *block, const char **why)
{
	bool rsa = strcmp(block->name, PEM_STRING_RSA_PUBLIC) == 0;
	EVP_PKEY *pkey;
	enum err e;

	if (!rsa && strcmp(block->name, PEM_STRING_PUBLIC) != 0)
		return refuse(why, advice_on(block->name));
	if (pem->count == PEM_KEYS_MAX)
		return refuse(why, "there are more than 64 keys");
	pkey = decode(block, rsa);
	if (pkey == NULL)
		return refuse(why, "a public key in PEM is broken");
	e = pkey_check(pkey, why);
	if (e == OK)
		pem->key[pem->count++] = pkey;
	else
		EVP_PKEY_free(pkey);
	return e;
}

/* ERR_NOT_FOUND behind the last block. */
static enum err
next_block(BIO *bio, struct block *block, const char **why)
{
	if (PEM_read_bio(bio, &block->name, &block->header, &block->data,
		&block->size) == 1)
		return OK;
	if (errno != ENOMEM &&
	    ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
		ERR_clear_error();
		return ERR_NOT_FOUND;
	}
	return refuse(why, "a PEM block is broken");
}

static enum err
read_all(BIO *bio, struct pem *pem, const char **why)
{
	enum err e = OK;

	while (e == OK) {
		auto_clear(block) struct block block = {0};

		e = next_block(bio, &block, why);
		if (e == OK)
			e = add_block(pem, &block, why);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	return pem->count > 0 ? OK : refuse(why, "there is no PEM block");
}

bool
pem_is_in(const uint8_t *text, size_t size)
{
	static const char begin[] = "-----BEGIN ";

	return memmem(text, size, begin, sizeof(begin) - 1) != NULL;
}

enum err
pem_read(const uint8_t *text, size_t size, struct pem *out, const char **why)
{
	auto_clear(pem) struct pem pem = {.count = 0};
	BIO *bio;
	enum err e;

	errno = 0;
	ERR_clear_error();
	bio = BIO_new_mem_buf(text, (int)size);
	if (bio == NULL)
		return ERR_NO_MEMORY;
	e = read_all(bio, &pem, why);
	BIO_free(bio);
	if (e != OK)
		return e;
	*out = pem;
	pem.count = 0;
	return OK;
}

void
pem_clear(struct pem *pem)
{
	for (size_t i = 0; i < pem->count; i++)
		EVP_PKEY_free(pem->key[i]);
	pem->count = 0;
}
