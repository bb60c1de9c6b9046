/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/chain.h"

#include "base/base64url.h"
#include "lmdb-store/key.h"

#include <openssl/crypto.h>
#include <string.h>

#define DOMAIN_LINK "audit-link"
#define DOMAIN_PERSON "audit-person"
#define DOMAIN_REDACTION "audit-redaction"

/* Every member of a record at its largest. */
#define BYTES_MAX (24 * (FIELD_STR_MAX + 16))

const struct link chain_begin = {{0}};

struct bytes {
	uint8_t data[BYTES_MAX];
	size_t size;
	bool full;
};

static void
add(struct bytes *bytes, const void *data, size_t size)
{
	bytes->full = bytes->full || size > BYTES_MAX - bytes->size;
	if (bytes->full)
		return;
	if (size > 0)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static void
add_number(struct bytes *bytes, uint64_t number)
{
	uint8_t big_endian[8];

	for (int i = 7; i >= 0; i--, number >>= 8)
		big_endian[i] = (uint8_t)number;
	add(bytes, big_endian, sizeof(big_endian));
}

static void
add_text(struct bytes *bytes, const char *text)
{
	uint8_t there = text != NULL;
	size_t size = there ? strlen(text) : 0;

	add(bytes, &there, 1);
	add_number(bytes, size);
	add(bytes, text, size);
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* What can tell who it was. */
static bool
is_personal(const char *name)
{
	static const char *const names[] = {"detail", "user", "uid", "device",
	    "session", "rhost", "tty", "caller_uid", "command", NULL};

	return is_one_of(name, names);
}

/* The version is the store's way of writing, and no part of the event. */
static bool
is_proof(const char *name)
{
	static const char *const names[] = {
	    "v", "link", "person", "redaction", NULL};

	return is_one_of(name, names);
}

static void
add_member(struct bytes *bytes, const struct field *field,
    const struct audit_record *record)
{
	const void *member = (const char *)record + field->offset;

	if (field->kind == FIELD_num || field->kind == FIELD_opt_num)
		add_number(bytes, (uint64_t) * (const int64_t *)member);
	else
		add_text(bytes, *(char *const *)member);
}

static void
add_members(
    struct bytes *bytes, const struct audit_record *record, bool personal)
{
	const struct fields *fields = audit_record_fields();

	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->field[i];

		if (!is_proof(field->name) &&
		    is_personal(field->name) == personal)
			add_member(bytes, field, record);
	}
}

static enum err
hash(const struct seal *seal, const char *domain, const struct bytes *bytes,
    struct link *out)
{
	if (bytes->full)
		return ERR_INTERNAL;
	return seal_hash(
	    seal, domain, (struct slice){bytes->data, bytes->size}, out->bytes);
}

static enum err
hash_person(const struct seal *seal, const struct audit_record *record,
    struct link *out)
{
	struct bytes bytes = {.size = 0};

	add_number(&bytes, (uint64_t)record->seq);
	add_members(&bytes, record, true);
	return hash(seal, DOMAIN_PERSON, &bytes, out);
}

static enum err
hash_redaction(const struct seal *seal, const struct audit_record *record,
    const struct link *person, struct link *out)
{
	struct bytes bytes = {.size = 0};

	add(&bytes, person->bytes, sizeof(person->bytes));
	add_number(&bytes, (uint64_t)record->seq);
	add_members(&bytes, record, true);
	return hash(seal, DOMAIN_REDACTION, &bytes, out);
}

/* P of a record, as it was when the event happened. */
static enum err
person_of(const struct seal *seal, const struct audit_record *record,
    struct link *out)
{
	struct link kept, wanted;
	enum err e;

	if (record->person == NULL)
		return hash_person(seal, record, out);
	e = link_read(record->person, out);
	if (e == OK)
		e = link_read(record->redaction, &kept);
	if (e == OK)
		e = hash_redaction(seal, record, out, &wanted);
	if (e == OK && !link_equal(&kept, &wanted))
		e = ERR_STORE;
	return e;
}

enum err
chain_link(const struct seal *seal, const struct link *before,
    const struct audit_record *record, struct link *out)
{
	struct bytes bytes = {.size = 0};
	struct link person;
	enum err e = person_of(seal, record, &person);

	if (e != OK)
		return e;
	add(&bytes, before->bytes, sizeof(before->bytes));
	add_members(&bytes, record, false);
	add(&bytes, person.bytes, sizeof(person.bytes));
	return hash(seal, DOMAIN_LINK, &bytes, out);
}

enum err
chain_redact(const struct seal *seal, const struct audit_record *old,
    struct audit_record *record)
{
	struct link person, redaction;
	enum err e = person_of(seal, old, &person);

	if (e == OK)
		e = hash_redaction(seal, record, &person, &redaction);
	if (e == OK)
		e = link_set(&record->person, &person);
	return e == OK ? link_set(&record->redaction, &redaction) : e;
}

enum err
chain_seal(const struct seal *seal, const char *domain, const char *text,
    struct link *out)
{
	return seal_hash(seal, domain, text_slice(text), out->bytes);
}

bool
link_equal(const struct link *left, const struct link *right)
{
	return CRYPTO_memcmp(left->bytes, right->bytes, sizeof(left->bytes)) ==
	    0;
}

void
link_write(const struct link *link, char text[LINK_TEXT_SIZE + 1])
{
	base64url_encode(text, link->bytes, sizeof(link->bytes));
}

enum err
link_read(const char *text, struct link *out)
{
	size_t size = 0;

	if (text == NULL || strlen(text) != LINK_TEXT_SIZE ||
	    base64url_decode(out->bytes, &size, text, LINK_TEXT_SIZE) != OK)
		return ERR_STORE;
	return OK;
}

enum err
link_set(char **member, const struct link *link)
{
	char *text = malloc(LINK_TEXT_SIZE + 1);

	if (text == NULL)
		return ERR_NO_MEMORY;
	link_write(link, text);
	free(*member);
	*member = text;
	return OK;
}
