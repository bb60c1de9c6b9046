/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/key.h"

#include "base/base64url.h"
#include "base/texts.h"
#include "jwt-agent/service/signing.h"
#include "lmdb-store/datakey.h"
#include "lmdb-store/masterkey.h"
#include "lmdb-store/reseal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_SIZE 24
#define PATH_TEXT_MAX 1000 /* a str has no room for any path */
#define SETTLE_SECONDS 60
/* Sealing a record anew costs a fraction of what sweeping one does. */
#define RESEAL_FACTOR 8

static enum err
view(struct key_view *out, const char *kind, const char *key, const char *state)
{
	enum err e = text_replace(&out->kind, kind);

	if (e == OK)
		e = text_replace(&out->key, key);
	return e == OK ? text_replace(&out->state, state) : e;
}

static enum err
view_signing(struct key_view *out, const struct signkey_record *record)
{
	enum err e = view(out, KEY_SIGNING, record->kid, record->state);

	if (e == OK)
		e = text_replace(&out->algorithm, record->algorithm);
	out->since = record->since != 0 ? record->since : record->created;
	out->until = record->until;
	return e;
}

static enum err
list_signing(struct call *call, int64_t skip, struct key_view *out)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	enum err e = signkey_next(call->txn, NULL, &record);

	while (e == OK && skip-- > 0)
		e = signkey_next(call->txn, record.kid, &record);
	return e == OK ? view_signing(out, &record) : e;
}

/* Until a pass has found nothing, all of it is looked at again. */
static enum err
count_left(struct call *call, int64_t *left)
{
	auto_clear(reseal_record) struct reseal_record place = {0};
	enum err e = reseal_total(call->txn, left);

	if (e == OK)
		e = reseal_get(call->txn, &place);
	if (e == OK)
		*left = *left > place.seen ? *left - place.seen : 0;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
view_data(struct call *call, struct key_view *out,
    const struct datakey_record *record)
{
	const bool newest =
	    record->id == seal_newest(store_seal(call->service->store));
	char number[NUMBER_SIZE];
	enum err e;

	snprintf(number, sizeof(number), "%" PRId64, record->id);
	e = view(
	    out, KEY_DATA, number, newest ? SIGNKEY_ACTIVE : SIGNKEY_RETIRED);
	out->since = record->created;
	return e == OK && !newest ? count_left(call, &out->left) : e;
}

/* `skip` becomes what is left to skip behind the last. */
static enum err
list_data(struct call *call, int64_t *skip, struct key_view *out)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	enum err e = datakey_next(call->txn, 0, &record);

	while (e == OK && *skip > 0) {
		--*skip;
		e = datakey_next(call->txn, record.id, &record);
	}
	return e == OK ? view_data(call, out, &record) : e;
}

static enum err
find_master(struct call *call, struct masterkey_file *file)
{
	const struct config *config = call->service->config;
	struct store_error why;

	return masterkey_find(
	    file, config->master_key, config->master_key_command, &why);
}

static enum err
view_master(struct call *call, bool next, struct key_view *out)
{
	auto_clear(master_record) struct master_record record = {0};
	struct masterkey_file file;
	char name[PATH_TEXT_MAX];
	enum err e = find_master(call, &file);

	if (e == OK)
		e = master_get(call->txn, &record);
	if (e != OK)
		return e;
	if (next && record.next_since == 0)
		return ERR_NOT_FOUND;
	snprintf(name, sizeof(name), "%.*s", PATH_TEXT_MAX - 1,
	    file.command != NULL ? "master_key_command" : file.path);
	out->since = next ? record.next_since : record.since;
	return view(
	    out, KEY_MASTER, name, next ? SIGNKEY_NEXT : SIGNKEY_ACTIVE);
}

/* Master keys, data keys, signing keys: entry number `skip`. */
static enum err
find_entry(struct call *call, int64_t skip, struct key_view *out)
{
	enum err e;

	if (skip == 0)
		return view_master(call, false, out);
	e = view_master(call, true, out);
	if (e != ERR_NOT_FOUND && (e != OK || skip == 1))
		return e;
	skip -= e == OK ? 2 : 1;
	key_view_clear(out);
	e = list_data(call, &skip, out);
	return e == ERR_NOT_FOUND ? list_signing(call, skip, out) : e;
}

enum err
key_list(struct call *call, const struct empty *request, struct cursor *cursor,
    struct key_view *entry)
{
	(void)request;
	cursor->begun = true;
	return find_entry(call, cursor->seq++, entry);
}

enum err
key_rotate(struct call *call, const struct key_rotate_request *request,
    struct key_view *reply)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	enum err e = signing_rotate(call, request->now, &record);

	return e == OK ? view_signing(reply, &record) : e;
}

/* Each data key is wrapped under one master key but for a moment. */
static enum err
check_one_master(struct call *call)
{
	auto_clear(master_record) struct master_record record = {0};
	enum err e = master_get(call->txn, &record);

	if (e != OK || record.next_since == 0)
		return e;
	call_note(&call->event.detail,
	    "a new master key waits to be put in its place");
	return ERR_ROTATION_UNDER_WAY;
}

static enum err
check_one_data_key(struct call *call)
{
	size_t count = 0;
	enum err e = datakeys_count(call->txn, &count);

	if (e != OK || count < 2)
		return e;
	call_note(&call->event.detail,
	    "secrets are still being sealed under the newest data key");
	return ERR_ROTATION_UNDER_WAY;
}

/* What the store has by now is what is to be used. */
static enum err
prepare_seal(struct call *call, const struct secret *master)
{
	struct seal *seal = NULL;
	enum err e =
	    datakeys_load(&seal, call->txn, master, call->service->host);

	if (e != OK)
		return e;
	seal_free(call->change.seal);
	call->change.seal = seal;
	return OK;
}

static enum err
view_newest(struct call *call, struct key_view *reply)
{
	auto_clear(datakey_record) struct datakey_record record = {0};
	int64_t newest = 0;
	char number[NUMBER_SIZE];
	enum err e = OK;

	while (e == OK) {
		e = datakey_next(call->txn, newest, &record);
		if (e == OK) {
			newest = record.id;
			reply->since = record.created;
		}
	}
	if (e != ERR_NOT_FOUND)
		return e;
	snprintf(number, sizeof(number), "%" PRId64, newest);
	call_note(&call->event.detail, number);
	e = reseal_total(call->txn, &reply->left);
	return e == OK ? view(reply, KEY_DATA, number, SIGNKEY_ACTIVE) : e;
}

enum err
key_rotate_data(
    struct call *call, const struct empty *request, struct key_view *reply)
{
	const struct secret *master = store_master(call->service->store);
	enum err e = check_one_master(call);

	(void)request;
	if (e == OK)
		e = check_one_data_key(call);
	if (e == OK)
		e = datakeys_add(call->txn, master, call->service->host);
	if (e == OK)
		e = reseal_begin(call->txn, call->now);
	if (e == OK)
		e = prepare_seal(call, master);
	return e == OK ? view_newest(call, reply) : e;
}

/* The agent makes a key only where it can put it in its place. */
static enum err
make_master(struct call *call, struct secret **out)
{
	struct masterkey_file file;
	enum err e = find_master(call, &file);

	if (e == OK && !masterkey_is_ours(&file)) {
		call_note(&call->event.detail,
		    "new_key is needed: the master key is not in a file of "
		    "the agent's");
		return ERR_INVALID_PARAMETER;
	}
	if (e == OK)
		e = secret_zero(out, SEAL_KEY_SIZE);
	return e == OK ? host_random(call->service->host, secret_bytes(*out),
			     SEAL_KEY_SIZE)
		       : e;
}

static enum err
read_master(struct call *call, const struct secret *given, struct secret **out)
{
	const struct secret *master = store_master(call->service->store);
	enum err e =
	    masterkey_decode(secret_data(given), secret_size(given), out);

	if (e == ERR_MALFORMED)
		call_note(&call->event.detail,
		    "new_key is no master key: 32 bytes, in hexadecimal or "
		    "base64");
	if (e == OK &&
	    secret_equal(*out, secret_data(master), secret_size(master))) {
		call_note(
		    &call->event.detail, "new_key is the master key already");
		e = ERR_MALFORMED;
	}
	return e == ERR_MALFORMED ? ERR_INVALID_PARAMETER : e;
}

enum err
key_rotate_master(struct call *call, const struct key_master_request *request,
    struct key_view *reply)
{
	const struct service *service = call->service;
	auto_free(secret) struct secret *next = NULL;
	bool given = request->new_key != NULL;
	enum err e = check_one_master(call);

	if (e == OK && given)
		e = read_master(call, request->new_key, &next);
	else if (e == OK)
		e = make_master(call, &next);
	if (e == OK)
		e = datakeys_wrap(call->txn, store_master(service->store), next,
		    given, service->host);
	if (e == OK)
		e = view_master(call, true, reply);
	if (e != OK)
		return e;
	if (given)
		return OK;
	call->change.file = TAKE(next);
	return text_replace(&reply->state, SIGNKEY_ACTIVE);
}

/* The file may be gone, too: then nothing changes before the next start. */
static enum err
load_master(struct call *call, struct secret **out)
{
	struct store_error why = {""};
	struct masterkey_file file;
	enum err e = find_master(call, &file);

	if (e == OK)
		e = masterkey_load(out, &file, &why);
	if (e != OK)
		call_note(&call->event.detail, why.text);
	return e == ERR_NOT_FOUND ? ERR_IO : e;
}

enum err
key_settle_master(
    struct call *call, const struct empty *request, struct empty *reply)
{
	auto_clear(master_record) struct master_record record = {0};
	auto_free(secret) struct secret *master = NULL;
	struct seal *seal = NULL;
	enum err e = master_get(call->txn, &record);

	(void)request;
	(void)reply;
	if (e != OK || record.next_since == 0)
		return e;
	e = load_master(call, &master);
	if (e == OK)
		e = datakeys_open(
		    &seal, call->txn, master, call->service->host);
	if (e != OK)
		return e;
	call_note(&call->event.detail,
	    secret_equal(store_master(call->service->store),
		secret_data(master), secret_size(master))
		? "the old one stays"
		: "the new one is in its place");
	seal_free(call->change.seal);
	call->change.seal = seal;
	call->change.master = TAKE(master);
	return OK;
}

enum err
key_sweep_master(struct call *call, size_t limit, size_t *done)
{
	auto_clear(master_record) struct master_record record = {0};
	struct empty none;
	enum err e = master_get(call->txn, &record);

	(void)limit;
	*done = 0;
	/* not in the turn in which it was made: its file comes after that */
	if (e != OK || record.next_since == 0 || record.given ||
	    call->now < record.next_since + SETTLE_SECONDS)
		return e;
	return key_settle_master(call, &none, &none);
}

enum err
key_sweep_signing(struct call *call, size_t limit, size_t *done)
{
	(void)limit;
	*done = 0;
	return signing_settle(call);
}

static enum err
drop_old(struct call *call)
{
	enum err e = datakeys_drop(call->txn);

	if (e == OK)
		e = prepare_seal(call, store_master(call->service->store));
	if (e == OK)
		call_alert(call, "data-key-removed",
		    "everything is sealed under the newest data key");
	return e;
}

static void
tell_failed(struct call *call, const struct reseal_record *pass)
{
	char text[ALERT_DETAIL_SIZE];

	snprintf(text, sizeof(text),
	    "%" PRId64 " sealed values do not open: see store check",
	    pass->failed);
	call_alert(call, "reseal-stuck", text);
}

enum err
key_sweep_sealed(struct call *call, size_t limit, size_t *done)
{
	const struct seal *seal = store_seal(call->service->store);
	auto_clear(reseal_record) struct reseal_record pass = {0};
	enum reseal_end end = RESEAL_GOES_ON;
	enum err e;

	*done = 0;
	if (seal_key_count(seal) < 2)
		return OK;
	e = reseal_step(
	    call->txn, seal, limit * RESEAL_FACTOR, call->now, &pass, &end);
	if (e == OK && end == RESEAL_DONE)
		return drop_old(call);
	if (e == OK && pass.failed > 0 && end == RESEAL_PASSED)
		tell_failed(call, &pass);
	else if (e == OK)
		*done = limit;
	return e;
}
