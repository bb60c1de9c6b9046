/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/pseudonym.h"

#include "base/base64url.h"
#include "lmdb-store/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DOMAIN "jwt-agent forgotten 1"
#define HASH_BYTES 12 /* 16 characters */
#define UID_BITS 48
#define REMOVED "(forgotten)"

_Static_assert(sizeof(PSEUDONYM_PREFIX) - 1 + BASE64URL_TEXT_SIZE(HASH_BYTES) ==
	PSEUDONYM_SIZE,
    "a pseudonym has its size");

/* Kind, person and text, with a zero byte between: which they do not have. */
static enum err
hash_of(const struct seal *seal, const char *kind, const char *person,
    const char *text, uint8_t hash[SEAL_HASH_SIZE])
{
	auto_str char *whole = NULL;
	int size =
	    asprintf(&whole, "%s%c%s%c%s", kind, '\0', person, '\0', text);

	if (size < 0)
		return ERR_NO_MEMORY;
	return seal_hash(
	    seal, DOMAIN, (struct slice){whole, (size_t)size}, hash);
}

static void
write_name(const uint8_t hash[SEAL_HASH_SIZE], char name[PSEUDONYM_SIZE + 1])
{
	char text[BASE64URL_TEXT_SIZE(HASH_BYTES) + 1];

	base64url_encode(text, hash, HASH_BYTES);
	snprintf(name, PSEUDONYM_SIZE + 1, PSEUDONYM_PREFIX "%s", text);
}

enum err
pseudonym_make(struct pseudonym *out, const struct seal *seal, const char *user,
    int64_t uid)
{
	uint8_t hash[SEAL_HASH_SIZE];
	char digits[24];
	enum err e;

	snprintf(digits, sizeof(digits), "%" PRId64, uid);
	e = hash_of(seal, user != NULL ? "user" : "uid",
	    user != NULL ? user : digits, "", hash);
	if (e != OK)
		return e;
	*out = (struct pseudonym){.user = user, .was_uid = uid};
	write_name(hash, out->name);
	out->uid = -2 -
	    (key_number(hash + HASH_BYTES) & ((INT64_C(1) << UID_BITS) - 1));
	return OK;
}

static bool
is_word_byte(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
	    (byte >= 'A' && byte <= 'Z') || byte == '_' || (byte & 0x80) != 0;
}

bool
pseudonym_is_named(const struct pseudonym *person, const char *text)
{
	size_t size = person->user != NULL ? strlen(person->user) : 0;
	const char *at = text;

	if (size == 0 || text == NULL)
		return false;
	while ((at = strstr(at, person->user)) != NULL) {
		if ((at == text || !is_word_byte(at[-1])) &&
		    !is_word_byte(at[size]))
			return true;
		at++;
	}
	return false;
}

static bool
is_about(const struct pseudonym *person, const struct audit_record *event)
{
	if (event->user != NULL && person->user != NULL &&
	    strcmp(event->user, person->user) == 0)
		return true;
	return person->was_uid >= 0 && event->uid == person->was_uid;
}

static enum err
replace(char **member, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return ERR_NO_MEMORY;
	free(*member);
	*member = copy;
	return OK;
}

static enum err
hide(const struct pseudonym *person, const struct seal *seal, const char *kind,
    char **member)
{
	uint8_t hash[SEAL_HASH_SIZE];
	char name[PSEUDONYM_SIZE + 1];
	enum err e;

	if (*member == NULL || **member == '\0')
		return OK;
	e = hash_of(seal, kind, person->name, *member, hash);
	if (e != OK)
		return e;
	write_name(hash, name);
	return replace(member, name);
}

static enum err
hide_person(const struct pseudonym *person, const struct seal *seal,
    struct audit_record *event)
{
	enum err e = replace(&event->user, person->name);

	if (e == OK)
		e = hide(person, seal, "device", &event->device);
	if (e == OK)
		e = hide(person, seal, "session", &event->session);
	if (e == OK)
		e = hide(person, seal, "rhost", &event->rhost);
	if (e == OK)
		e = hide(person, seal, "tty", &event->tty);
	if (e == OK && event->detail != NULL)
		e = replace(&event->detail, REMOVED);
	event->uid = person->uid;
	return e;
}

enum err
pseudonym_redact(const struct pseudonym *person, const struct seal *seal,
    struct audit_record *event, bool device, bool *changed)
{
	bool about = is_about(person, event);
	bool named = pseudonym_is_named(person, event->detail);
	bool called =
	    person->was_uid >= 0 && event->caller_uid == person->was_uid;

	bool command = pseudonym_is_named(person, event->command);
	enum err e = OK;

	*changed = about || named || called || command || device;
	if (called)
		event->caller_uid = person->uid;
	if (command)
		e = replace(&event->command, REMOVED);
	if (e == OK && device && !about)
		e = hide(person, seal, "device", &event->device);
	if (e == OK && about)
		return hide_person(person, seal, event);
	return e == OK && named ? replace(&event->detail, REMOVED) : e;
}
