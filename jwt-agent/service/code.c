/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/code.h"

#include "base/logincode.h"
#include "jwt-agent/service/mark.h"
#include "lmdb-store/code.h"
#include "lmdb-store/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ORIGIN_FORMAT "login-code:%" PRId64
#define ORIGIN_SIZE 40

_Static_assert(CODE_HASH_SIZE == ORIGIN_HASH_SIZE, "a hash is an origin");

/* A code in the form in which it is hashed. */
struct plain {
	char text[LOGINCODE_SIZE + 1];
};

static void
plain_clear(struct plain *plain)
{
	explicit_bzero(plain->text, sizeof(plain->text));
}

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

static void
origin_text(int64_t uid, char origin[ORIGIN_SIZE])
{
	snprintf(origin, ORIGIN_SIZE, ORIGIN_FORMAT, uid);
}

static enum err
check_active(const struct device_record *device)
{
	return strcmp(device->state, DEVICE_ACTIVE) == 0 ? OK
							 : ERR_DEVICE_REVOKED;
}

/* The device that all codes of a user share which are of no other. */
static enum err
shared_device(struct call *call, int64_t uid, struct device_record *device)
{
	char origin[ORIGIN_SIZE];
	enum err e;

	origin_text(uid, origin);
	e = device_get_by_origin(call->txn, origin, device);
	return e == OK ? check_active(device) : e;
}

/* The caller's session comes from its environment, which anybody can set: it
 * counts where it is the same user's, and otherwise does not matter. */
static enum err
session_device(struct call *call, const char *id, struct device_record *device)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = id != NULL && id_valid(id)
	    ? session_get(call->txn, id, &session)
	    : ERR_NO_SUCH_SESSION;

	if (e != OK)
		return e;
	if (session.uid != call->subject || !session_is_live(&session))
		return ERR_NO_SUCH_SESSION;
	e = device_get(call->txn, session.device, device);
	if (e == ERR_NO_SUCH_DEVICE)
		return ERR_NO_SUCH_SESSION;
	return e == OK ? check_active(device) : e;
}

/* Sets the device that the login will be of, if that is known now. */
static enum err
choose_device(struct call *call, const char *session, char **out)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = session_device(call, session, &device);

	if (e == OK) {
		*out = TAKE(device.id);
		call_note(&call->event.device, *out);
		return OK;
	}
	if (e != ERR_NO_SUCH_SESSION)
		return e;
	e = shared_device(call, call->subject, &device);
	return e == ERR_NO_SUCH_DEVICE ? OK : e;
}

static enum err
copy(char **out, const char *text)
{
	if (text == NULL)
		return OK;
	*out = strdup(text);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

/* One that is in the store already is not given to somebody else. */
static enum err
make_code(struct call *call, struct plain *plain, char hash[CODE_HASH_SIZE + 1])
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
		e = copy(&record->hash, hash);
	if (e == OK)
		e = copy(&record->id, id);
	if (e == OK)
		e = copy(&record->user, request->user);
	if (e == OK)
		e = copy(&record->service, request->service);
	if (e == OK)
		e = copy(&record->rhost, request->rhost);
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

static void
note_record(struct call *call, const struct code_record *record)
{
	char detail[64];

	snprintf(detail, sizeof(detail), "code %s, %" PRId64 " s", record->id,
	    record->expires - record->created);
	call_note(&call->event.detail, detail);
}

static enum err
answer(const struct plain *plain, int64_t expires, struct code_new_reply *reply)
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
	auto_clear(plain) struct plain plain;
	char hash[CODE_HASH_SIZE + 1];
	enum err e;

	call_note(&call->event.user, request->user);
	call_note(&call->event.service, request->service);
	call_note(&call->event.rhost, request->rhost);
	call->event.uid = call->subject;
	e = check_request(call, request);
	if (e == OK)
		e = choose_device(call, request->session, &record.device);
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
		note_record(call, &record);
	return e;
}

bool
code_is(const struct secret *token)
{
	auto_clear(plain) struct plain plain;

	return secret_size(token) == LOGINCODE_SHOWN_SIZE &&
	    logincode_read(secret_text(token), plain.text);
}

/* ERR_WRONG_CODE when it is not there or does not count any more. */
static enum err
find_code(struct call *call, const struct secret *token,
    char hash[CODE_HASH_SIZE + 1], struct code_record *record)
{
	auto_clear(plain) struct plain plain;
	enum err e;

	if (!logincode_read(secret_text(token), plain.text))
		return ERR_MALFORMED;
	e = code_hash(store_seal(call->service->store), plain.text, hash);
	if (e == OK)
		e = code_get(call->txn, hash, record);
	if (e == ERR_NOT_FOUND)
		return ERR_WRONG_CODE;
	if (e == OK && record->expires <= call->now)
		return ERR_WRONG_CODE;
	return e;
}

/* A place that goes on above its limit is told of once to whoever watches. */
static enum err
look_up(struct call *call, const struct attempt *attempt,
    struct verdict *verdict, struct code_record *record)
{
	struct limit *limit = call->service->limit;
	struct limit_place place = call_place(call);
	enum err e = ERR_TOO_MANY_ATTEMPTS;

	trail_open(&verdict->trail, "code");
	if (limit_codes_left(limit, &place, call->now) > 0) {
		e = find_code(call, attempt->token, verdict->origin, record);
	} else {
		trail_note(&verdict->trail, "no code from here is looked at");
		if (!limit_is_told(limit, &place, call->now))
			call_alert(call, LIMIT_ALERT, "");
	}
	if (e == OK)
		trail_note(&verdict->trail, "code %s", record->id);
	trail_close(&verdict->trail, e);
	return e;
}

static bool
is_bound_to(const char *wanted, const char *found)
{
	return wanted == NULL || (found != NULL && strcmp(wanted, found) == 0);
}

static enum err
check_binding(const struct attempt *attempt, const struct code_record *record,
    struct trail *trail)
{
	enum err e = OK;

	trail_open(trail, "binding");
	if (record->uid != attempt->uid ||
	    strcmp(record->user, attempt->user) != 0)
		e = ERR_WRONG_USER;
	else if (!is_bound_to(record->service, attempt->service) ||
	    !is_bound_to(record->rhost, attempt->rhost))
		e = ERR_CODE_ELSEWHERE;
	if (e != OK) {
		trail_note(trail, "code %s is for ", record->id);
		trail_quote(trail, record->user);
		trail_note(trail, ", service %.40s, rhost %.40s",
		    record->service != NULL ? record->service : "any",
		    record->rhost != NULL ? record->rhost : "any");
	}
	trail_close(trail, e);
	return e;
}

/* What a code cannot answer. */
static const char *
demand_of(const struct service_config *config)
{
	if (!config->interactive)
		return "nobody sits at this service";
	if (config->require_groups.count > 0)
		return "require_groups";
	if (config->require_claims.count > 0)
		return "require_claims";
	if (config->require_acr.count > 0)
		return "require_acr";
	if (config->require_amr.count > 0)
		return "require_amr";
	if (config->max_auth_age != 0)
		return "max_auth_age";
	return NULL;
}

static enum err
check_demands(struct call *call, struct verdict *verdict)
{
	const struct service_config *config = verdict->stack->config;
	const char *demand = demand_of(config);
	enum err e = OK;

	trail_open(&verdict->trail, "demands");
	if (demand != NULL) {
		e = ERR_POLICY_DENIED;
		trail_note(
		    &verdict->trail, "a code does not answer %s", demand);
		snprintf(call->message, sizeof(call->message),
		    "this service accepts no login codes");
	} else if (config->audience.count > 0 &&
	    !texts_has(&config->audience, call->service->config->audience)) {
		e = ERR_WRONG_AUDIENCE;
	}
	trail_close(&verdict->trail, e);
	return e;
}

/* The rules that are left ask for no claims. */
static enum err
check_policy(struct call *call, const struct attempt *attempt,
    const struct code_record *record, struct verdict *verdict)
{
	const struct policy *policy = &verdict->stack->policy;
	const struct policy_subject subject = {
	    .user = attempt->user,
	    .uid = attempt->uid,
	    .mapped = record->user,
	    .issuer = verdict->token.issuer->name,
	    .issued = record->created,
	    .now = call->now,
	};
	enum err e = check_demands(call, verdict);

	if (e == OK)
		e = policy_user(policy, &subject, &verdict->trail);
	if (e == OK)
		e = policy_service(policy, &subject, &verdict->trail);
	return e;
}

static enum err
make_device(struct call *call, const struct code_record *record,
    struct device_record *device)
{
	char id[ID_SIZE + 1], origin[ORIGIN_SIZE];
	enum err e = id_new(call->service->host, id);

	origin_text(record->uid, origin);
	if (e == OK)
		e = copy(&device->id, id);
	if (e == OK)
		e = copy(&device->user, record->user);
	if (e == OK)
		e = copy(&device->name, CODE_DEVICE_NAME);
	if (e == OK)
		e = copy(&device->origin, origin);
	if (e == OK)
		e = copy(&device->state, DEVICE_ACTIVE);
	device->uid = record->uid;
	device->created = call->now;
	return e;
}

static enum err
find_device(struct call *call, const struct code_record *record,
    struct verdict *verdict)
{
	struct device_record *device = &verdict->device;
	enum err e;

	if (record->device == NULL) {
		e = shared_device(call, record->uid, device);
		verdict->new_device = e == ERR_NO_SUCH_DEVICE;
		return verdict->new_device ? make_device(call, record, device)
					   : e;
	}
	e = device_get(call->txn, record->device, device);
	if (e == ERR_NO_SUCH_DEVICE)
		return ERR_DEVICE_REVOKED; /* forgotten meanwhile */
	if (e == OK)
		e = check_active(device);
	return e == OK && device->uid != record->uid ? ERR_WRONG_USER : e;
}

static enum err
check_device(struct call *call, const struct code_record *record,
    struct verdict *verdict)
{
	enum err e;

	trail_open(&verdict->trail, "device");
	e = find_device(call, record, verdict);
	if (verdict->device.id != NULL) {
		call_note(&call->event.device, verdict->device.id);
		trail_note(&verdict->trail, "device %s", verdict->device.id);
	}
	trail_close(&verdict->trail, e);
	return e;
}

/* Whoever is logged out has no codes left either. */
static enum err
check_marks(
    struct call *call, const struct code_record *record, struct trail *trail)
{
	enum err e;

	trail_open(trail, "revocation");
	e = mark_check_given(call, record->uid, record->created);
	if (e == ERR_REVOKED)
		trail_note(trail, "%s", call->event.detail);
	trail_close(trail, e);
	return e;
}

enum err
code_reach(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	auto_clear(code_record) struct code_record record = {0};
	enum err e;

	verdict->stack = stacks_find(call->service->stacks, attempt->service);
	verdict->token.issuer = &call->service->keyring->issuer;
	verdict->token.expires =
	    call->now + call->service->config->access_lifetime;
	e = look_up(call, attempt, verdict, &record);
	if (e == OK)
		e = check_binding(attempt, &record, &verdict->trail);
	if (e == OK)
		e = check_marks(call, &record, &verdict->trail);
	if (e == OK)
		e = check_policy(call, attempt, &record, verdict);
	if (e == OK)
		e = check_device(call, &record, verdict);
	if (e == OK)
		note_record(call, &record);
	else
		call_note(&call->event.detail,
		    verdict->trail.steps[verdict->trail.count - 1].detail);
	return e;
}

enum err
code_use(struct call *call, const struct verdict *verdict)
{
	auto_clear(code_record) struct code_record record = {0};
	enum err e = code_get(call->txn, verdict->origin, &record);

	return e == OK ? code_remove(call->txn, &record) : e;
}
