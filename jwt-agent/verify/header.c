/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/header.h"
#include "base/fields.h"
#include "jwt-agent/verify/plain.h"
#include "jwt-agent/verify/shape.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static enum err
malformed(struct trail *trail, const char *what)
{
	trail_note(trail, "%s", what);
	return ERR_MALFORMED;
}

/* The header's members, in whichever of two ways they could be read. */
struct members {
	json_t *json; /* NULL: in `plain` */
	struct plain plain;
};

static void
members_clear(struct members *members)
{
	json_decref(members->json);
}

static enum err
parse(const uint8_t *text, size_t size, struct trail *trail,
    struct members *members)
{
	members->json = NULL;
	if (plain_read(text, size, &members->plain))
		return OK;
	if (!shape_is_sane(text, size, HEADER_DEPTH_MAX, HEADER_MEMBERS_MAX))
		return malformed(trail, "the header is not a sane JSON object");
	/* without memory jansson may say bad JSON, or drop a character and
	 * say nothing: malloc tells */
	errno = 0;
	members->json =
	    json_loadb((const char *)text, size, JSON_REJECT_DUPLICATES, NULL);
	if (errno == ENOMEM)
		return ERR_NO_MEMORY;
	if (members->json != NULL)
		return OK;
	return malformed(trail, "the header is not a valid JSON object");
}

/* Whether there is such a member; `text` is NULL when it is no string. */
static bool
find(const struct members *members, const char *name, const char **text)
{
	const struct plain_member *member;
	const json_t *value;

	if (members->json != NULL) {
		value = json_object_get(members->json, name);
		*text = json_string_value(value);
		return value != NULL;
	}
	member = plain_find(&members->plain, name);
	*text = member != NULL && member->is_text ? member->text : NULL;
	return member != NULL;
}

/* A member that has to be a string, or NULL. */
static enum err
find_text(const struct members *members, const char *name, struct trail *trail,
    const char **out)
{
	if (!find(members, name, out) || *out != NULL)
		return OK;
	trail_note(trail, "%s is not a string", name);
	return ERR_MALFORMED;
}

static enum err
read_algorithm(const struct members *members, uint32_t accepted,
    struct trail *trail, struct header *header)
{
	const char *name = NULL;
	enum err e = find_text(members, "alg", trail, &name);

	if (e != OK)
		return e;
	if (name == NULL)
		return malformed(trail, "the header has no alg");
	if (strcasecmp(name, "none") == 0)
		return ERR_UNSIGNED;
	trail_found(trail, name);
	header->algorithm = algorithm_find(name);
	if (header->algorithm == NULL ||
	    (algorithm_bit(header->algorithm) & accepted) == 0) {
		trail_note(trail, "algorithm ");
		trail_quote(trail, name);
		trail_note(trail, " is not accepted");
		return ERR_ALGORITHM_REFUSED;
	}
	return OK;
}

/* Members that change what the token means. We understand none of them, and
 * `crit` says by its presence that one must be understood (RFC 7515 section
 * 4.1.11, RFC 7797 section 3). */
static enum err
refuse_extensions(const struct members *members, struct trail *trail)
{
	static const char *const names[] = {"crit", "b64", "zip"};
	const char *text;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (find(members, names[i], &text)) {
			trail_note(trail, "the header has %s", names[i]);
			return ERR_HEADER_REFUSED;
		}
	return OK;
}

/* RFC 7515 section 4.1.9: a media type, its prefix may be left out. */
static enum err
check_typ(const struct members *members, bool any, struct trail *trail)
{
	static const char prefix[] = "application/";
	const char *typ = NULL, *type;
	enum err e = find_text(members, "typ", trail, &typ);

	if (e != OK || typ == NULL || any)
		return e;
	type = typ;
	if (strncasecmp(type, prefix, sizeof(prefix) - 1) == 0)
		type += sizeof(prefix) - 1;
	if (strcasecmp(type, "JWT") == 0 || strcasecmp(type, "at+jwt") == 0)
		return OK;
	trail_note(trail, "typ is ");
	trail_quote(trail, typ);
	return ERR_HEADER_REFUSED;
}

static enum err
read_kid(
    const struct members *members, struct trail *trail, struct header *header)
{
	const char *kid = NULL;
	enum err e = find_text(members, "kid", trail, &kid);

	if (e != OK || kid == NULL)
		return e;
	if (strlen(kid) > HEADER_KID_MAX) {
		trail_note(trail, "kid is too long");
		return ERR_HEADER_REFUSED;
	}
	header->kid = strdup(kid);
	return header->kid != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
read_header(const uint8_t *text, size_t size, uint32_t algorithms, bool any_typ,
    struct trail *trail, struct header *out)
{
	auto_clear(members) struct members members = {.json = NULL};
	struct header header = {0};
	enum err e;

	e = parse(text, size, trail, &members);
	if (e == OK)
		e = read_algorithm(&members, algorithms, trail, &header);
	if (e == OK)
		e = refuse_extensions(&members, trail);
	if (e == OK)
		e = check_typ(&members, any_typ, trail);
	if (e == OK)
		e = read_kid(&members, trail, &header);
	if (e == OK)
		*out = header;
	return e;
}

enum err
header_read(const uint8_t *text, size_t size, uint32_t algorithms,
    struct trail *trail, struct header *out)
{
	return read_header(text, size, algorithms, false, trail, out);
}

enum err
header_read_any(const uint8_t *text, size_t size, uint32_t algorithms,
    struct trail *trail, struct header *out)
{
	return read_header(text, size, algorithms, true, trail, out);
}

void
header_clear(struct header *header)
{
	free(header->kid);
	*header = (struct header){0};
}
