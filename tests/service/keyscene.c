/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/service/keyscene.h"

#include "lmdb-store/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

void
keyscene_clear(struct keyscene *scene)
{
	for (size_t i = 0; i < scene->devices; i++)
		secret_free(scene->refresh[i]);
	secret_free(scene->access);
	key_view_clear(&scene->view);
}

static void
keep(struct secret **place, struct secret *token)
{
	secret_free(*place);
	*place = token;
}

void
keyscene_enroll(struct keyscene *scene, size_t devices)
{
	for (size_t i = 0; i < devices; i++) {
		auto_clear(enroll_reply) struct enroll_reply reply = {0};

		assert_int_equal(agency_enroll(scene->agency, &reply), OK);
		keep(&scene->refresh[scene->devices++],
		    TAKE(reply.refresh_token));
		keep(&scene->access, TAKE(reply.access_token));
	}
}

void
keyscene_refresh(struct keyscene *scene, size_t device)
{
	auto_clear(refresh_reply) struct refresh_reply reply = {0};

	assert_int_equal(
	    agency_refresh(scene->agency, scene->refresh[device], &reply), OK);
	keep(&scene->refresh[device], TAKE(reply.refresh_token));
	keep(&scene->access, TAKE(reply.access_token));
}

enum err
keyscene_try_log_in(struct keyscene *scene, const struct secret *token)
{
	auto_clear(authenticate_reply) struct authenticate_reply reply = {0};

	return agency_login(scene->agency, token, &reply);
}

void
keyscene_log_in(struct keyscene *scene)
{
	assert_int_equal(keyscene_try_log_in(scene, scene->access), OK);
}

enum err
keyscene_rotate(struct keyscene *scene, bool now)
{
	const struct key_rotate_request request = {.now = now};

	key_view_clear(&scene->view);
	return agency_end(scene->agency,
	    key_rotate(agency_begin(scene->agency), &request, &scene->view));
}

enum err
keyscene_rotate_data(struct keyscene *scene)
{
	struct empty none;

	key_view_clear(&scene->view);
	return agency_end(scene->agency,
	    key_rotate_data(agency_begin(scene->agency), &none, &scene->view));
}

enum err
keyscene_rotate_master(struct keyscene *scene, const char *given)
{
	auto_free(secret) struct secret *key = NULL;
	struct key_master_request request = {NULL};

	if (given != NULL)
		assert_int_equal(secret_new(&key, given, strlen(given)), OK);
	request.new_key = key;
	key_view_clear(&scene->view);
	return agency_end(scene->agency,
	    key_rotate_master(
		agency_begin(scene->agency), &request, &scene->view));
}

enum err
keyscene_settle_master(struct keyscene *scene)
{
	struct empty none;

	return agency_end(scene->agency,
	    key_settle_master(agency_begin(scene->agency), &none, &none));
}

enum err
keyscene_sweep(struct keyscene *scene, const char *name)
{
	struct sweep_request request = {(char *)(uintptr_t)name};
	struct sweep_reply reply = {0};

	return agency_end(scene->agency,
	    sweep_step(agency_begin(scene->agency), &request, &reply));
}

typedef bool (*looker)(const struct key_view *view, void *context);

/* Looks at each until one is it. */
static void
look(struct keyscene *scene, looker is_it, void *context)
{
	struct cursor cursor = {0};
	struct empty none;
	bool found = false;
	enum err e = OK;

	while (e == OK && !found) {
		auto_clear(key_view) struct key_view view = {0};
		struct call *call = agency_begin(scene->agency);

		e = agency_end(
		    scene->agency, key_list(call, &none, &cursor, &view));
		found = e == OK && is_it(&view, context);
	}
	assert_true(e == OK || e == ERR_NOT_FOUND);
}

struct wanted {
	const char *kind, *state;
	size_t count;
	char *key;
};

static bool
is_wanted(const struct key_view *view, const struct wanted *wanted)
{
	return strcmp(view->kind, wanted->kind) == 0 &&
	    (wanted->state == NULL || strcmp(view->state, wanted->state) == 0);
}

static bool
count_it(const struct key_view *view, void *context)
{
	struct wanted *wanted = context;

	wanted->count += is_wanted(view, wanted);
	return false;
}

static bool
take_it(const struct key_view *view, void *context)
{
	struct wanted *wanted = context;

	if (!is_wanted(view, wanted))
		return false;
	wanted->key = strdup(view->key);
	return true;
}

size_t
keyscene_count(struct keyscene *scene, const char *kind, const char *state)
{
	struct wanted wanted = {.kind = kind, .state = state};

	look(scene, count_it, &wanted);
	return wanted.count;
}

char *
keyscene_kid(struct keyscene *scene, const char *state)
{
	struct wanted wanted = {.kind = KEY_SIGNING, .state = state};

	look(scene, take_it, &wanted);
	return wanted.key;
}

void
keyscene_assert_sound(struct keyscene *scene)
{
	auto_free(txn) struct txn *txn = NULL;
	struct store *store = scene->agency->store;
	struct check_total total = {.entries = 0};

	assert_int_equal(store_begin(store, TXN_READ, &txn), OK);
	assert_int_equal(check_all(txn, store_seal(store), &total), OK);
	if (total.problems > 0)
		fail_msg("%s: %s %s", table_name(total.table), total.first.key,
		    total.first.problem);
}
