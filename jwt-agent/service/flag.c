/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/flag.h"

#include "base/texts.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define HASH_BYTES 32
#define BUCKET_BYTES 8
#define BUCKETS 100

enum err
flag_bucket(const char *flag, const char *user, int64_t *bucket)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t hash[HASH_BYTES];
	uint64_t number = 0;
	bool done = context != NULL &&
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(context, flag, strlen(flag) + 1) == 1 &&
	    EVP_DigestUpdate(context, user, strlen(user)) == 1 &&
	    EVP_DigestFinal_ex(context, hash, NULL) == 1;

	EVP_MD_CTX_free(context);
	if (!done)
		return ERR_CRYPTO;
	for (size_t i = 0; i < BUCKET_BYTES; i++)
		number = number << 8 | hash[i];
	*bucket = (int64_t)(number % BUCKETS);
	return OK;
}

/* What decides for everybody whom nothing else is set for. */
static void
judge_state(const struct call *call, enum flag flag,
    const struct flag_record *record, struct flag_standing *out)
{
	out->setting =
	    (struct flag_setting){record->percent, record->changed, record->by};
	out->why = FLAG_WHY_SET;
	if (record->percent != FLAG_UNSET)
		return;
	out->setting.by = -1;
	out->setting.percent =
	    config_flag(call->service->config, flag, &out->why);
}

static enum err
judge_user(struct call *call, enum flag flag, const char *user,
    const struct flag_record *record, struct flag_standing *out)
{
	struct flag_setting override = {.percent = FLAG_UNSET};
	enum err e = flag_bucket(flag_name(flag), user, &out->bucket);

	if (e == OK && record->overrides_on + record->overrides_off > 0)
		e = flag_read(call->txn, flag_name(flag), user, &override);
	if (e != OK || override.percent == FLAG_UNSET)
		return e;
	out->setting = override;
	out->why = FLAG_WHY_OVERRIDE;
	return OK;
}

enum err
flag_judge(struct call *call, enum flag flag, const char *user,
    struct flag_standing *standing)
{
	auto_clear(flag_record) struct flag_record record = {0};
	struct flag_standing out = {.bucket = -1};
	enum err e = flag_get(call->txn, flag_name(flag), &record);

	if (e != OK)
		return e;
	judge_state(call, flag, &record, &out);
	if (user != NULL)
		e = judge_user(call, flag, user, &record, &out);
	if (e != OK)
		return e;
	out.holds = user != NULL ? out.bucket < out.setting.percent
				 : out.setting.percent == FLAG_ON;
	*standing = out;
	return OK;
}

enum err
flag_holds(struct call *call, enum flag flag, const char *user, bool *holds)
{
	struct flag_standing standing;
	enum err e = flag_judge(call, flag, user, &standing);

	if (e == OK)
		*holds = standing.holds;
	return e;
}

enum err
flag_misses_key(
    struct call *call, const struct device_record *device, bool *misses)
{
	*misses = false;
	return device->jkt == NULL
	    ? flag_holds(call, FLAG_DEVICE_KEY_REQUIRED, device->user, misses)
	    : OK;
}

static enum err
refuse(struct call *call, const char *what)
{
	call_note(&call->event.detail, what);
	return ERR_INVALID_PARAMETER;
}

static enum err
check_state(
    struct call *call, const struct flag_set_request *request, int64_t *percent)
{
	*percent = FLAG_UNSET;
	if (strcmp(request->state, FLAG_DEFAULT) == 0)
		return OK;
	if (!flag_state_read(request->state, percent))
		return refuse(call,
		    "state is none of on, off, default and a percentage such "
		    "as 25%");
	if (request->user != NULL && *percent != FLAG_ON &&
	    *percent != FLAG_OFF)
		return refuse(
		    call, "state of a single user is on, off or default");
	return OK;
}

/* An override of somebody who is gone can be taken away all the same. */
static enum err
check_user(
    struct call *call, const struct flag_set_request *request, int64_t percent)
{
	if (request->user == NULL)
		return OK;
	call_note(&call->event.user, request->user);
	call->event.uid = call->subject >= 0 ? call->subject : -1;
	if (request->user[0] == '\0' || strlen(request->user) > FLAG_USER_MAX)
		return refuse(call, "user takes 1 to 256 bytes");
	return call->subject >= 0 || percent == FLAG_UNSET ? OK
							   : ERR_NO_SUCH_USER;
}

static enum err
state_copy(char **out, int64_t percent)
{
	char text[FLAG_STATE_SIZE];

	flag_state_write(percent, text);
	return text_copy(out, percent == FLAG_UNSET ? FLAG_DEFAULT : text);
}

static void
note_change(
    struct call *call, const char *flag, const char *before, const char *after)
{
	char text[96];

	snprintf(
	    text, sizeof(text), "%.32s: %.8s -> %.8s", flag, before, after);
	call_note(&call->event.detail, text);
}

/* What is set already is no change that could be taken back. */
static enum err
change(struct call *call, const struct flag_set_request *request,
    int64_t percent, struct flag_set_reply *reply)
{
	const struct flag_setting setting = {
	    percent, call->now, (int64_t)call->caller->uid};
	struct flag_setting before;
	enum err e =
	    flag_read(call->txn, request->flag, request->user, &before);

	if (e == OK)
		e = state_copy(&reply->before, before.percent);
	if (e == OK)
		e = state_copy(&reply->after, percent);
	if (e == OK && before.percent != percent)
		e = flag_change(
		    call->txn, request->flag, request->user, &setting);
	return e;
}

enum err
admin_flag_set(struct call *call, const struct flag_set_request *request,
    struct flag_set_reply *reply)
{
	enum flag flag;
	int64_t percent;
	enum err e = check_state(call, request, &percent);

	if (e == OK && !flag_find(request->flag, &flag))
		e = refuse(call, "flag is none of " FLAG_NAMES);
	if (e == OK)
		e = check_user(call, request, percent);
	if (e == OK)
		e = change(call, request, percent, reply);
	if (e == OK)
		e = text_copy(&reply->flag, request->flag);
	if (e == OK)
		e = text_copy(&reply->user, request->user);
	if (e == OK)
		note_change(call, reply->flag, reply->before, reply->after);
	return e;
}

static enum err
tell_undo(struct call *call, struct flag_change_record *change,
    struct flag_undo_reply *reply)
{
	enum err e = state_copy(&reply->before, change->after);

	if (e == OK)
		e = state_copy(&reply->after, change->before);
	if (e != OK)
		return e;
	note_change(call, change->flag, reply->before, reply->after);
	call_note(&call->event.user, change->user);
	reply->flag = TAKE(change->flag);
	reply->user = TAKE(change->user);
	return OK;
}

enum err
admin_flag_undo(struct call *call, const struct empty *request,
    struct flag_undo_reply *reply)
{
	auto_clear(flag_change_record) struct flag_change_record change = {0};
	size_t left = 0;
	enum err e = flag_change_undo(call->txn, &change);

	(void)request;
	if (e == OK)
		e = tell_undo(call, &change, reply);
	else if (e == ERR_NOT_FOUND) {
		call_note(&call->event.detail, "there was nothing to undo");
		return OK;
	}
	if (e == OK)
		e = flag_change_count(call->txn, &left);
	reply->left = (int64_t)left;
	return e;
}

static enum err
view_state(struct call *call, enum flag flag,
    const struct flag_standing *standing, struct flag_view *view)
{
	const char *why;
	enum err e = state_copy(&view->state, standing->setting.percent);

	if (e == OK)
		e = state_copy(&view->configured,
		    config_flag(call->service->config, flag, &why));
	if (e == OK)
		e = text_copy(&view->why, standing->why);
	view->holds = standing->holds;
	view->bucket = standing->bucket;
	view->changed = standing->setting.changed;
	view->by = standing->setting.by;
	return e;
}

static enum err
view_flag(
    struct call *call, enum flag flag, const char *user, struct flag_view *view)
{
	auto_clear(flag_record) struct flag_record record = {0};
	struct flag_standing standing;
	enum err e = flag_judge(call, flag, user, &standing);

	if (e == OK)
		e = flag_get(call->txn, flag_name(flag), &record);
	if (e == OK)
		e = view_state(call, flag, &standing, view);
	if (e == OK)
		e = text_copy(&view->flag, flag_name(flag));
	if (e == OK)
		e = text_copy(&view->user, user);
	if (e == OK)
		e = text_copy(&view->about, flag_help(flag));
	if (e == OK)
		e = text_copy(&view->off_means, flag_off_means(flag));
	view->overrides_on = record.overrides_on;
	view->overrides_off = record.overrides_off;
	return e;
}

enum err
admin_flag_list(struct call *call, const struct flag_list_request *request,
    struct cursor *cursor, struct flag_view *entry)
{
	enum flag flag = (enum flag)cursor->seq;

	if (flag >= FLAG_COUNT)
		return ERR_NOT_FOUND;
	cursor->seq++;
	return view_flag(call, flag, request->user, entry);
}
