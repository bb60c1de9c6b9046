/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/lifetime.h"

#include "base/base64url.h"
#include "jwt-agent/config/value.h"
#include "jwt-agent/service/flood.h"
#include "lmdb-store/configured.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EVENT "config-changed"
#define DOMAIN "configuration"
#define DIGEST_BYTES 15
#define NAME_SIZE 160 /* of "[service sshd] audience" */
/* Of a list of names; those that do not fit are counted. */
#define NAMES_SIZE (FIELD_STR_MAX - 32)

static void
name_key(const struct config_section *section, const struct option *option,
    char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "[%s%s%s] %s", section->kind->name,
	    section->name != NULL ? " " : "",
	    section->name != NULL ? section->name : "", option->name);
}

static enum err
digest(
    const struct call *call, const char *name, const json_t *value, char text[])
{
	auto_json json_t *whole = json_pack("[sO]", name, value);
	auto_str char *dump = json_dumps(whole, JSON_COMPACT);
	uint8_t hash[SEAL_HASH_SIZE];
	enum err e;

	if (dump == NULL)
		return ERR_NO_MEMORY;
	e = seal_hash(
	    store_seal(call->service->store), DOMAIN, text_slice(dump), hash);
	if (e == OK)
		base64url_encode(text, hash, DIGEST_BYTES);
	return e;
}

static enum err
add_key(const struct call *call, const struct config_section *section,
    const struct option *option, json_t *keys)
{
	auto_json json_t *value =
	    config_value_json(option, config_member(option, section));
	char text[BASE64URL_TEXT_SIZE(DIGEST_BYTES) + 1];
	char name[NAME_SIZE];
	enum err e;

	if (value == NULL)
		return ERR_NO_MEMORY;
	name_key(section, option, name);
	e = digest(call, name, value, text);
	if (e == OK && json_object_set_new(keys, name, json_string(text)) != 0)
		e = ERR_NO_MEMORY;
	return e;
}

/* What is set: a default that another version has is no change that somebody
 * made. */
static enum err
digest_all(const struct call *call, json_t **out)
{
	auto_json json_t *keys = json_object();
	struct config_section section;
	enum err e = keys != NULL ? OK : ERR_NO_MEMORY;

	for (size_t i = 0;
	     e == OK && config_section(call->service->config, i, &section); i++)
		for (size_t j = 0; j < section.kind->count && e == OK; j++)
			if (origin_is_set(&section.origins->key[j]))
				e = add_key(call, &section,
				    &section.kind->options[j], keys);
	if (e == OK)
		*out = TAKE(keys);
	return e;
}

/* Names in a text of bounded size. */
struct names {
	char text[NAMES_SIZE];
	size_t used;
	int64_t left_out;
};

static void
add_name(struct names *names, const char *name)
{
	const char *comma = names->used > 0 ? ", " : "";
	size_t size = strlen(comma) + strlen(name);

	if (names->left_out > 0 || size >= sizeof(names->text) - names->used) {
		names->left_out++;
		return;
	}
	snprintf(names->text + names->used, size + 1, "%s%s", comma, name);
	names->used += size;
}

/* What is new or has another value, and then what is not set any more. */
static void
compare(json_t *before, json_t *now, struct names *changed)
{
	const char *name;
	json_t *value;

	json_object_foreach (now, name, value)
		if (!json_equal(json_object_get(before, name), value))
			add_name(changed, name);
	json_object_foreach (before, name, value)
		if (json_object_get(now, name) == NULL)
			add_name(changed, name);
}

static enum err
tell(struct call *call, const struct names *changed)
{
	struct audit_record event = {.uid = -1,
	    .caller_uid = call->caller->uid,
	    .event = strdup(EVENT),
	    .outcome = strdup("granted"),
	    .reason = strdup("ok")};
	int size = changed->left_out > 0
	    ? asprintf(&event.detail, "%s and %" PRId64 " more", changed->text,
		  changed->left_out)
	    : asprintf(&event.detail, "%s", changed->text);

	if (size < 0)
		event.detail = NULL;
	if (size < 0 || event.event == NULL || event.outcome == NULL ||
	    event.reason == NULL) {
		audit_record_clear(&event);
		return ERR_NO_MEMORY;
	}
	return call_record(call, &event);
}

/* Of a store that has not seen a start there is nothing to compare with; what
 * cannot be read is written anew. */
static enum err
note_configuration(struct call *call)
{
	auto_clear(configured_record) struct configured_record before = {0};
	auto_clear(configured_record) struct configured_record now = {0};
	struct names changed = {.used = 0};
	enum err e = digest_all(call, &now.keys);
	enum err found;

	if (e != OK)
		return e;
	found = configured_get(call->txn, &before);
	if (found == ERR_NO_MEMORY || txn_error(call->txn) != OK)
		return found;
	if (found == OK && json_equal(before.keys, now.keys))
		return OK;
	compare(before.keys, now.keys, &changed);
	if (found != ERR_NOT_FOUND)
		e = tell(call, &changed);
	return e == OK ? configured_put(call->txn, &now) : e;
}

enum err
lifetime_begin(
    struct call *call, const struct empty *request, struct empty *reply)
{
	(void)request;
	(void)reply;
	call_note(&call->event.detail, "jwt-agent " PACKAGE_VERSION);
	return note_configuration(call);
}

enum err
lifetime_end_floods(
    struct call *call, const struct empty *request, struct sweep_reply *reply)
{
	size_t done = 0;
	enum err e = flood_end(call, INT64_MAX, LIFETIME_FLOODS, &done);

	(void)request;
	reply->more = done == LIFETIME_FLOODS;
	return e;
}

enum err
lifetime_end(
    struct call *call, const struct empty *request, struct empty *reply)
{
	(void)request;
	(void)reply;
	call->event.detail = NULL;
	if (asprintf(&call->event.detail, "jwt-agent %s, after %" PRId64 " s",
		PACKAGE_VERSION, call->now - call->service->started) < 0)
		call->event.detail = NULL;
	return OK;
}
