/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/ecdsa.h"

#include <openssl/ecdsa.h>
#include <string.h>

#define DER_INTEGER 0x02
#define DER_SEQUENCE 0x30
#define DER_SHORT_MAX 127
#define DER_LONG_ONE_BYTE 0x81

/* Writes one number as a DER integer and says how long that is; 0 for the
 * number 0. */
static size_t
put_integer(uint8_t *der, const uint8_t *raw, size_t size)
{
	size_t used = 0;

	while (size > 0 && *raw == 0) {
		raw++;
		size--;
	}
	if (size == 0)
		return 0;
	der[used++] = DER_INTEGER;
	/* a first byte with its high bit set would make it negative */
	der[used++] = (uint8_t)(size + (*raw >> 7));
	if (*raw >> 7)
		der[used++] = 0;
	memcpy(der + used, raw, size);
	return used + size;
}

enum err
ecdsa_to_der(
    const uint8_t *raw, size_t raw_size, uint8_t *der, size_t *der_size)
{
	uint8_t integers[ECDSA_DER_MAX];
	size_t half = raw_size / 2, used = 0, r, s;

	r = put_integer(integers, raw, half);
	s = put_integer(integers + r, raw + half, half);
	if (r == 0 || s == 0)
		return ERR_BAD_SIGNATURE;
	der[used++] = DER_SEQUENCE;
	if (r + s > DER_SHORT_MAX)
		der[used++] = DER_LONG_ONE_BYTE;
	der[used++] = (uint8_t)(r + s);
	memcpy(der + used, integers, r + s);
	*der_size = used + r + s;
	return OK;
}

enum err
ecdsa_from_der(
    const uint8_t *der, size_t der_size, uint8_t *raw, size_t raw_size)
{
	ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &der, (long)der_size);
	int half = (int)(raw_size / 2);
	bool fits;

	if (parsed == NULL)
		return ERR_CRYPTO;
	fits = BN_bn2binpad(ECDSA_SIG_get0_r(parsed), raw, half) == half &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(parsed), raw + half, half) == half;
	ECDSA_SIG_free(parsed);
	return fits ? OK : ERR_CRYPTO;
}
