/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_BASE64URL_H
#define BASE_BASE64URL_H

/*
 * base64url without padding (RFC 4648 section 5, as RFC 7515 section 2 wants
 * it). The decoder takes exactly one text for each byte string: padding,
 * white space, the other alphabet and stray bits in the last character are
 * refused.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define BASE64URL_TEXT_SIZE(bytes) (((bytes)*4 + 2) / 3)
#define BASE64URL_BYTES_MAX(text) ((text)*3 / 4)

/* Writes BASE64URL_TEXT_SIZE(size) characters and a NUL. */
void base64url_encode(char *text, const void *data, size_t size);

/*
 * Decodes into `data`, which has room for BASE64URL_BYTES_MAX(text_size)
 * bytes. ERR_MALFORMED when the text is not canonical.
 */
MUST_USE enum err base64url_decode(
    uint8_t *data, size_t *size, const char *text, size_t text_size);

#endif
