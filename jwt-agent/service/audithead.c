/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/audit.h"
#include "jwt-agent/service/keyring.h"
#include "jwt-agent/verify/header.h"
#include "jwt-agent/verify/jws.h"
#include "jwt-agent/verify/sign.h"
#include "lmdb-store/checkpoint.h"

#include <string.h>

/* What a head says. */
struct head {
	char link[LINK_TEXT_SIZE + 1];
	int64_t seq;
	int64_t time;
};

static enum err
newest(struct call *call, struct head *head)
{
	auto_clear(audit_record) struct audit_record event = {0};
	enum err e = audit_prev(call->txn, INT64_MAX, &event);

	if (e == OK &&
	    (event.link == NULL || strlen(event.link) != LINK_TEXT_SIZE))
		e = ERR_STORE;
	if (e != OK)
		return e;
	memcpy(head->link, event.link, sizeof(head->link));
	head->seq = event.seq;
	head->time = call->now;
	return OK;
}

static enum err
claim(const struct call *call, const struct head *head, struct claims **out)
{
	auto_free(claims) struct claims *claims = NULL;
	enum err e = claims_new(&claims);

	if (e == OK)
		e = claims_set_str(
		    claims, "iss", call->service->config->issuer);
	if (e == OK)
		e = claims_set_num(claims, "iat", head->time);
	if (e == OK)
		e = claims_set_num(claims, "seq", head->seq);
	if (e == OK)
		e = claims_set_str(claims, "link", head->link);
	if (e == OK)
		*out = TAKE(claims);
	return e;
}

/* So that it can be held against the audit when its event is not kept any
 * more. */
static enum err
keep_checkpoint(struct call *call, const struct head *head)
{
	const struct checkpoint_record record = {.seq = head->seq,
	    .link = (char *)(uintptr_t)head->link, /* is read only */
	    .time = head->time};
	bool changed = false;
	enum err e = checkpoint_add(
	    call->txn, store_seal(call->service->store), &record, &changed);

	if (e == OK && changed)
		call_alert(call, "audit-heads-changed",
		    "the checkpoints of earlier heads were changed, and are "
		    "not kept any more");
	return e;
}

enum err
admin_audit_head(struct call *call, const struct empty *request,
    struct audit_head_reply *reply)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_free(secret) struct secret *token = NULL;
	struct head head;
	enum err e = newest(call, &head);

	(void)request;
	if (e == OK)
		e = claim(call, &head, &claims);
	if (e == OK)
		e = sign_token(call->service->keyring->signing, TYP_AUDIT_HEAD,
		    claims, &token);
	if (e != OK)
		return e;
	reply->head = strdup(secret_text(token));
	reply->seq = head.seq;
	reply->time = head.time;
	return reply->head != NULL ? keep_checkpoint(call, &head)
				   : ERR_NO_MEMORY;
}

static enum err
read_claims(const struct jws *jws, struct head *head)
{
	auto_free(claims) struct claims *claims = NULL;
	const char *link = NULL;
	enum err e = claims_read(jws->payload, jws->payload_size, &claims);

	if (e == OK)
		e = claims_num(claims, "iat", &head->time);
	if (e == OK)
		e = claims_num(claims, "seq", &head->seq);
	if (e == OK)
		e = claims_str(claims, "link", &link);
	if (e == OK && strlen(link) != LINK_TEXT_SIZE)
		e = ERR_MALFORMED;
	if (e == OK)
		memcpy(head->link, link, sizeof(head->link));
	return e;
}

/* The key that signed it, NULL when it is not there any more. */
static const struct key *
find_key(const struct keyring *keyring, const char *kid)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (kid != NULL && strcmp(key_kid(keyring->keys[i]), kid) == 0)
			return keyring->keys[i];
	return NULL;
}

/* The signature is for whoever keeps the head. Without the key the link alone
 * still says the same: nobody can make one who has not the store's keys. */
static enum err
check_signature(const struct call *call, const struct jws *jws)
{
	auto_clear(header) struct header header = {0};
	const struct key *key;
	enum err e = header_read_any(
	    jws->header, jws->header_size, UINT32_MAX, NULL, &header);

	if (e != OK)
		return e;
	key = find_key(call->service->keyring, header.kid);
	if (key == NULL)
		return OK;
	return key_verify(key, header.algorithm, jws->input, jws->input_size,
	    jws->signature, jws->signature_size);
}

static enum err
read_head(const struct call *call, const char *text, struct head *head)
{
	auto_clear(jws) struct jws jws = {0};
	enum err e = jws_read(text, strlen(text), NULL, &jws);

	if (e == OK)
		e = read_claims(&jws, head);
	return e == OK ? check_signature(call, &jws) : e;
}

/* Of an event that is too old to be kept. */
static enum err
link_of_checkpoint(
    struct call *call, int64_t seq, char link[LINK_TEXT_SIZE + 1])
{
	struct link found;
	enum err e = checkpoint_find(
	    call->txn, store_seal(call->service->store), seq, &found);

	if (e == OK)
		link_write(&found, link);
	return e;
}

static enum err
link_of_event(struct call *call, int64_t seq, char link[LINK_TEXT_SIZE + 1])
{
	auto_clear(audit_record) struct audit_record event = {0};
	enum err e =
	    seq > 0 ? audit_next(call->txn, seq - 1, &event) : ERR_NOT_FOUND;

	if (e != OK)
		return e;
	if (event.seq != seq || event.link == NULL ||
	    strlen(event.link) != LINK_TEXT_SIZE)
		return ERR_NOT_FOUND;
	memcpy(link, event.link, LINK_TEXT_SIZE + 1);
	return OK;
}

/* The link of the event that the head tells of. ERR_NOT_FOUND: it is not
 * there; `gone`: as it is too old to be kept. */
static enum err
link_of(
    struct call *call, int64_t seq, char link[LINK_TEXT_SIZE + 1], bool *gone)
{
	auto_clear(audit_ends) struct audit_ends ends = {0};
	enum err e =
	    audit_ends_get(call->txn, store_seal(call->service->store), &ends);

	if (e != OK)
		return e;
	*gone = seq < ends.first;
	if (*gone)
		return link_of_checkpoint(call, seq, link);
	if (seq != ends.first || strlen(ends.first_link) != LINK_TEXT_SIZE)
		return link_of_event(call, seq, link);
	memcpy(link, ends.first_link, LINK_TEXT_SIZE + 1);
	return OK;
}

/* NULL: it holds. */
static enum err
judge(struct call *call, const struct head *head, const char **problem)
{
	char link[LINK_TEXT_SIZE + 1];
	bool gone = false;
	enum err e = link_of(call, head->seq, link, &gone);

	*problem = NULL;
	if (e == OK && strcmp(link, head->link) != 0)
		*problem = "the audit is not the one that this head was taken "
			   "of: events up to it were changed or replaced";
	else if (e == ERR_NOT_FOUND && gone)
		*problem = "its event is older than the audit is kept, and "
			   "this agent has no checkpoint of it";
	else if (e == ERR_NOT_FOUND)
		*problem = "its event is missing: the newest events were "
			   "removed, or an older store was put in place";
	else if (e == ERR_STORE && txn_error(call->txn) == OK)
		*problem = gone ? "the checkpoints of the audit were changed"
				: "the ends of the audit were changed";
	else
		return e;
	call->audit_check.head = *problem != NULL && !gone;
	return OK;
}

enum err
admin_audit_hold(struct call *call, const struct audit_hold_request *request,
    struct audit_hold_reply *reply)
{
	struct head head;
	const char *problem = NULL;
	enum err e = read_head(call, request->head, &head);

	if (e == ERR_BAD_SIGNATURE) {
		problem = "its signature is wrong: it is not a head of this "
			  "agent";
	} else if (e != OK && !err_is_fault(e)) {
		call_note(&call->event.detail, "head is not an audit head");
		return ERR_INVALID_PARAMETER;
	} else if (e == OK) {
		e = judge(call, &head, &problem);
	}
	if (e != OK && e != ERR_BAD_SIGNATURE)
		return e;
	reply->seq = head.seq;
	reply->time = head.time;
	reply->holds = problem == NULL;
	if (problem != NULL)
		reply->problem = strdup(problem);
	return problem == NULL || reply->problem != NULL ? OK : ERR_NO_MEMORY;
}
