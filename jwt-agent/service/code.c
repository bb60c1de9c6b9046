/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/code.h"

#include "base/logincode.h"
#include "jwt-agent/service/mark.h"
#include "base/texts.h"
#include "jwt-agent/service/code_device.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum err
refuse(struct call *call, const char *what)
{
	call_note(&call->event.detail, what);
	return ERR_INVALID_PARAMETER;
}

/* NULL is any. */
static bool
is_name(const char *name, size_t max)
{
	if (name == NULL)
		return true;
	for (size_t i = 0; name[i] != '\0'; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f)
			return false;
	return name[0] != '\0' && strlen(name) <= max;
}

static enum err
check_request(struct call *call, const struct code_new_request *request)
{
	if (call->subject < 0)
		return ERR_NO_SUCH_USER;
	if (request->user[0] == '\0')
		return refuse(call, "user is empty");
	if (!is_name(request->service, CONFIG_SERVICE_NAME_MAX))
		return refuse(call, "service is not the name of a service");
	if (!is_name(request->rhost, CODE_RHOST_MAX))
		return refuse(call, "rhost is not a host or an address");
	if (request->ttl != 0 &&
	    (request->ttl < CODE_TTL_MIN || request->ttl > CODE_TTL_MAX))
		return refuse(call, "ttl takes 10 to 900 seconds");
	return OK;
}

static enum err
make_code(
    struct call *call, struct logincode *plain, char hash[CODE_HASH_SIZE + 1])
{
	enum err e;

	do {
		auto_clear(code_record) struct code_record other = {0};

		e = logincode_new(call->service->host, plain->text);
		if (e == OK)
			e = code_hash(store_seal(call->service->store),
			    plain->text, hash);
		if (e == OK)
			e = code_get(call->txn, hash, &other);
	} while (e == OK);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
fill_record(struct call *call, const struct code_new_request *request,
    const char *hash, struct code_record *record)
{
	char id[ID_SIZE + 1];
	enum err e = id_new(call->service->host, id);

	if (e == OK)
		e = text_copy(&record->hash, hash);
	if (e == OK)
		e = text_copy(&record->id, id);
	if (e == OK)
		e = text_copy(&record->user, request->user);
	if (e == OK)
		e = text_copy(&record->service, request->service);
	if (e == OK)
		e = text_copy(&record->rhost, request->rhost);
	record->uid = call->subject;
	record->created = call->now;
	record->expires =
	    call->now + (request->ttl != 0 ? request->ttl : CODE_TTL_DEFAULT);
	return e;
}

/* Drops what does not count any more, and the oldest while there are too
 * many: `excess` of them. */
static enum err
drop_codes(struct call *call, size_t excess, size_t *left)
{
	auto_clear(code_record) struct code_record record = {0};
	enum err e = code_next_of_user(call->txn, call->subject, NULL, &record);

	for (*left = 0; e == OK;) {
		bool over = record.expires <= call->now;

		if (over || excess > 0)
			e = code_remove(call->txn, &record);
		else
			++*left;
		if (!over && excess > 0)
			excess--;
		if (e == OK)
			e = code_next_of_user(
			    call->txn, call->subject, record.id, &record);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
make_room(struct call *call)
{
	size_t left = 0;
	enum err e = drop_codes(call, 0, &left);

	if (e == OK && left >= CODES_OF_USER_MAX)
		e = drop_codes(call, left - CODES_OF_USER_MAX + 1, &left);
	return e;
}

void
code_note(struct call *call, const struct code_record *record)
{
	char detail[64];

	snprintf(detail, sizeof(detail), "code %s, %" PRId64 " s", record->id,
	    record->expires - record->created);
	call_note(&call->event.detail, detail);
}

static enum err
answer(const struct logincode *plain, int64_t expires,
    struct code_new_reply *reply)
{
	char shown[LOGINCODE_SHOWN_SIZE + 1];
	enum err e;

	logincode_show(plain->text, shown);
	e = secret_new(&reply->code, shown, LOGINCODE_SHOWN_SIZE);
	explicit_bzero(shown, sizeof(shown));
	reply->expires = expires;
	return e;
}

enum err
code_new(struct call *call, const struct code_new_request *request,
    struct code_new_reply *reply)
{
	auto_clear(code_record) struct code_record record = {0};
	auto_clear(logincode) struct logincode plain;
	char hash[CODE_HASH_SIZE + 1];
	enum err e;

	call_note(&call->event.user, request->user);
	call_note(&call->event.service, request->service);
	call_note(&call->event.rhost, request->rhost);
	call->event.uid = call->subject;
	e = check_request(call, request);
	if (e == OK)
		e = code_choose_device(call, request->session, &record.device);
	if (e == OK)
		e = make_code(call, &plain, hash);
	if (e == OK)
		e = fill_record(call, request, hash, &record);
	if (e == OK)
		e = mark_issue_time(call, record.uid, &record.created);
	if (e == OK)
		e = answer(&plain, record.expires, reply);
	if (e == OK)
		e = make_room(call);
	if (e == OK)
		e = code_put(call->txn, &record);
	if (e == OK)
		code_note(call, &record);
	return e;
}
