/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/service/agency.h"

#include "tests/base/tree.h"
#include "jwt-agent/service/reading.h"
#include "lmdb-store/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static int64_t
test_clock(void *state)
{
	const struct agency *agency = state;

	return agency->now_ms;
}

static enum err
test_random(void *state, void *data, size_t size)
{
	(void)state;
	return host_random(&host_system, data, size);
}

static char *
inside(const struct agency *agency, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", agency->directory, name) > 0);
	return path;
}

static void
open_store(struct agency *agency, size_t map_start)
{
	auto_str char *path = inside(agency, "store");
	auto_str char *key = inside(agency, "master.key");
	struct store_options options = {
	    .path = path,
	    .master_key = key,
	    .map_start = map_start,
	    .map_max = STORE_MAP_START,
	    .host = &agency->host,
	};
	struct store_error why;

	if (store_open(&agency->store, &options, &why) != OK)
		fail_msg("%s", why.text);
}

static void
forget_configuration(struct agency *agency)
{
	trust_free(TAKE(agency->trust));
	stacks_free(TAKE(agency->stacks));
	limit_free(TAKE(agency->limit));
	alerts_free(TAKE(agency->alerts));
	keyring_free(TAKE(agency->keyring));
	config_free(TAKE(agency->config));
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void
agency_configure(struct agency *agency, const char *text)
{
	auto_str char *path = inside(agency, "jwt-agent.conf");
	struct config_error error = {""};
	struct txn *txn = NULL;
	auto_str char *keep = strdup(text);
	auto_str char *with_key = NULL, *key = inside(agency, "master.key");

	forget_configuration(agency);
	free(agency->text);
	agency->text = TAKE(keep);
	/* behind it, so that its lines keep their numbers */
	assert_true(asprintf(&with_key, "%s\n[agent]\nmaster_key = %s\n",
			agency->text, key) > 0);
	write_file(path, with_key);
	if (config_load(path, true, &agency->config, &error) != OK)
		fail_msg("%s", error.text);
	assert_int_equal(keyring_new(&agency->keyring, agency->store,
			     agency->config, &agency->host),
	    OK);
	if (stacks_new(&agency->stacks, agency->config, &error) != OK ||
	    trust_new(
		&agency->trust, agency->config, agency->keyring, &error) != OK)
		fail_msg("%s", error.text);
	assert_int_equal(store_begin(agency->store, TXN_READ, &txn), OK);
	assert_int_equal(trust_load(agency->trust, txn), OK);
	if (alerts_check(agency->config, &error) != OK)
		fail_msg("%s", error.text);
	assert_int_equal(
	    alerts_new(&agency->alerts, agency->config, agency->now_ms), OK);
	assert_int_equal(alerts_load(agency->alerts, txn), OK);
	txn_free(txn);
	assert_int_equal(
	    limit_new(&agency->limit, agency->config, &agency->host), OK);
	agency->service = (struct service){
	    .config = agency->config,
	    .host = &agency->host,
	    .store = agency->store,
	    .keyring = agency->keyring,
	    .trust = agency->trust,
	    .stacks = agency->stacks,
	    .limit = agency->limit,
	    .alerts = agency->alerts,
	    .boot = "boot",
	    .started = AGENCY_START,
	};
}

static int
set_up(void **state, size_t map_start)
{
	struct agency *agency = calloc(1, sizeof(*agency));

	strcpy(agency->directory, "/tmp/agency-XXXXXX");
	assert_non_null(mkdtemp(agency->directory));
	agency->now_ms = AGENCY_START * 1000;
	agency->host = (struct host){agency, test_clock, test_random};
	open_store(agency, map_start);
	agency_configure(agency, "");
	agency->caller.pid = 77;
	*state = agency;
	return 0;
}

int
agency_set_up(void **state)
{
	return set_up(state, STORE_MAP_START);
}

int
agency_set_up_small(void **state)
{
	return set_up(state, AGENCY_SMALL_MAP);
}

int
agency_tear_down(void **state)
{
	struct agency *agency = *state;

	call_reset(&agency->call);
	forget_configuration(agency);
	store_free(agency->store);
	free(agency->text);
	assert_int_equal(tree_remove(agency->directory), 0);
	free(agency);
	return 0;
}

void
agency_pass(struct agency *agency, int64_t seconds)
{
	agency->now_ms += seconds * 1000;
}

void
agency_restart(struct agency *agency)
{
	call_reset(&agency->call);
	trust_free(TAKE(agency->trust));
	keyring_free(TAKE(agency->keyring));
	store_free(TAKE(agency->store));
	open_store(agency, STORE_MAP_START);
	agency_configure(agency, agency->text);
}

struct call *
agency_begin(struct agency *agency)
{
	struct call *call = &agency->call;
	enum err e;

	call_reset(call);
	call->service = &agency->service;
	call->caller = &agency->caller;
	call->admin = true;
	call->subject = AGENCY_UID;
	call_read_clock(call);
	call->leader = (struct leader){-1, 77, 1};
	e = store_begin(agency->store, TXN_WRITE, &call->txn);
	if (e == ERR_NO_MEMORY) /* a test's injected fault: nothing is begun */
		e = store_begin(agency->store, TXN_WRITE, &call->txn);
	assert_int_equal(e, OK);
	return call;
}

/* As the dispatcher does. */
static void
take_keys(struct agency *agency)
{
	struct store_error why = {""};
	bool wrote = false;

	agency->file_error = key_change_take(
	    &agency->call.change, &agency->service, &wrote, &why);
	agency->wrote_file = wrote;
}

enum err
agency_end(struct agency *agency, enum err e)
{
	struct call *call = &agency->call;
	enum err committed = OK;

	if (e == OK || err_commits(e))
		committed = txn_commit(TAKE(call->txn));
	txn_free(TAKE(call->txn));
	if (committed == OK && e == OK)
		take_keys(agency);
	return committed == OK ? e : committed;
}

enum err
agency_enroll(struct agency *agency, struct enroll_reply *reply)
{
	struct enroll_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .name = (char *)(uintptr_t) "laptop",
	};

	return agency_end(
	    agency, device_enroll(agency_begin(agency), &request, reply));
}

enum err
agency_refresh(struct agency *agency, const struct secret *token,
    struct refresh_reply *reply)
{
	struct refresh_request request = {
	    .token = (struct secret *)(uintptr_t)token};

	refresh_reply_clear(reply);
	return agency_end(
	    agency, token_refresh(agency_begin(agency), &request, reply));
}

enum err
agency_login(struct agency *agency, const struct secret *token,
    struct authenticate_reply *reply)
{
	struct authenticate_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t) "sshd",
	    .token = (struct secret *)(uintptr_t)token,
	};

	authenticate_reply_clear(reply);
	return agency_end(
	    agency, login_authenticate(agency_begin(agency), &request, reply));
}

enum err
agency_revoke(struct agency *agency, const char *device,
    struct device_revoke_reply *reply)
{
	struct device_revoke_request request = {
	    (char *)(uintptr_t)device, NULL};

	device_revoke_reply_clear(reply);
	return agency_end(
	    agency, device_revoke(agency_begin(agency), &request, reply));
}

size_t
agency_sweep(struct agency *agency, const char *name)
{
	struct sweep_request request = {(char *)(uintptr_t)name};
	struct sweep_reply reply = {.more = true};
	size_t steps;

	for (steps = 0; reply.more; steps++)
		assert_int_equal(
		    agency_end(agency,
			sweep_step(agency_begin(agency), &request, &reply)),
		    OK);
	return steps;
}

void
agency_set_flag(
    struct agency *agency, const char *flag, const char *wish, const char *user)
{
	const struct flag_set_request request = {(char *)(uintptr_t)flag,
	    (char *)(uintptr_t)wish, (char *)(uintptr_t)user};
	auto_clear(flag_set_reply) struct flag_set_reply reply = {0};

	assert_int_equal(
	    agency_end(
		agency, admin_flag_set(agency_begin(agency), &request, &reply)),
	    OK);
}

char *
agency_session_state(struct agency *agency, const char *session)
{
	auto_clear(session_record) struct session_record record = {0};
	struct call *call = agency_begin(agency);

	assert_int_equal(session_get(call->txn, session, &record), OK);
	txn_free(TAKE(call->txn));
	return TAKE(record.state);
}
