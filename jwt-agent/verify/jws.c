/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/jws.h"
#include "base/base64url.h"

#include <string.h>

#define PARTS 3
#define PARTS_ENCRYPTED 5 /* RFC 7516 section 7.1 */

struct part {
	const char *text;
	size_t size;
};

static enum err
malformed(struct trail *trail, const char *what)
{
	trail_note(trail, "%s", what);
	return ERR_MALFORMED;
}

/* How many parts there are; the first three are set. */
static size_t
split(const char *token, size_t size, struct part parts[PARTS])
{
	const char *end = token + size;
	size_t count = 0;

	for (const char *dot; token != NULL; token = dot) {
		dot = memchr(token, '.', (size_t)(end - token));
		if (count < PARTS)
			parts[count] = (struct part){
			    token, (size_t)((dot != NULL ? dot : end) - token)};
		count++;
		if (dot != NULL)
			dot++;
	}
	return count;
}

static enum err
check_parts(const struct part *parts, size_t count, struct trail *trail)
{
	if (count == PARTS_ENCRYPTED)
		return malformed(trail, "encrypted tokens are not supported");
	if (count != PARTS)
		return malformed(trail, "there are not three parts");
	if (parts[0].size == 0)
		return malformed(trail, "the header is empty");
	return OK;
}

/* Decodes one part to where `room` points, and moves that behind its NUL. */
static enum err
decode(
    const struct part *part, uint8_t **room, const uint8_t **data, size_t *size)
{
	enum err e = base64url_decode(*room, size, part->text, part->size);

	if (e != OK)
		return e;
	*data = *room;
	*room += *size;
	*(*room)++ = '\0';
	return OK;
}

static enum err
decode_parts(const struct part *parts, struct trail *trail, struct jws *jws)
{
	uint8_t *room = jws->bytes;

	if (decode(&parts[0], &room, &jws->header, &jws->header_size) != OK)
		return malformed(trail, "the header is not base64url");
	if (decode(&parts[1], &room, &jws->payload, &jws->payload_size) != OK)
		return malformed(trail, "the payload is not base64url");
	if (decode(&parts[2], &room, &jws->signature, &jws->signature_size) !=
	    OK)
		return malformed(trail, "the signature is not base64url");
	return OK;
}

enum err
jws_read(const char *token, size_t size, struct trail *trail, struct jws *out)
{
	auto_clear(jws) struct jws jws = {0};
	struct part parts[PARTS];
	enum err e;

	if (size > TOKEN_SIZE_MAX)
		return malformed(trail, "the token is larger than 16 KiB");
	e = check_parts(parts, split(token, size, parts), trail);
	if (e != OK)
		return e;
	/* two dots and what base64url saves leave room for the NULs */
	jws.bytes = malloc(size + 1);
	if (jws.bytes == NULL)
		return ERR_NO_MEMORY;
	jws.input = token;
	jws.input_size = parts[0].size + 1 + parts[1].size;
	e = decode_parts(parts, trail, &jws);
	if (e != OK)
		return e;
	*out = jws;
	jws.bytes = NULL;
	return OK;
}

void
jws_clear(struct jws *jws)
{
	free(jws->bytes);
	*jws = (struct jws){0};
}

bool
token_is_cut(size_t size)
{
	return size == 1023 || size == 511;
}
