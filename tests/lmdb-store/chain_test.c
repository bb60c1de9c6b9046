/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/audit.h"
#include "lmdb-store/check.h"
#include "lmdb-store/key.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Whoever has the store without its keys edits what lies in it. Each edit of an
 * event has to be found by the check of the store.
 */

#define EVENTS 12

static void
append(struct scratch *scratch, int number)
{
	auto_clear(audit_record) struct audit_record event =
	    sample_audit("login");
	char text[32];

	snprintf(text, sizeof(text), "user%d", number);
	sample_set(&event.user, text);
	sample_set(&event.rhost, "192.0.2.7");
	sample_set(&event.detail, "a detail");
	sample_set(&event.device, "DEV");
	event.uid = 1000 + number;
	event.time = 1700000000 + number;
	assert_int_equal(
	    audit_append(scratch->txn, store_seal(scratch->store), &event), OK);
}

static struct txn *
fill(struct scratch *scratch)
{
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	for (int i = 1; i <= EVENTS; i++)
		append(scratch, i);
	return txn;
}

static int64_t
problems(struct scratch *scratch)
{
	struct check_total total = {.entries = 0};
	const struct seal *seal = store_seal(scratch->store);

	assert_int_equal(
	    check_table(scratch->txn, seal, TABLE_AUDIT, &total), OK);
	assert_int_equal(
	    check_table(scratch->txn, seal, TABLE_META, &total), OK);
	return total.problems;
}

static json_t *
read_event(struct txn *txn, int64_t seq)
{
	struct key key = {0};
	struct slice value;
	json_t *json;

	key_add_number(&key, seq);
	assert_int_equal(
	    txn_get(txn, TABLE_AUDIT, key_slice(&key), &value), OK);
	json = json_loadb(value.data, value.size, 0, NULL);
	assert_non_null(json);
	return json;
}

static void
write_event(struct txn *txn, int64_t seq, const json_t *event)
{
	struct key key = {0};
	char *text = json_dumps(event, JSON_COMPACT);

	assert_non_null(text);
	key_add_number(&key, seq);
	assert_int_equal(
	    txn_put(txn, TABLE_AUDIT, key_slice(&key), text_slice(text)), OK);
	free(text);
}

static void
remove_event(struct txn *txn, int64_t seq)
{
	struct key key = {0};

	key_add_number(&key, seq);
	assert_int_equal(txn_delete(txn, TABLE_AUDIT, key_slice(&key)), OK);
}

static void
test_untouched(void **state)
{
	struct scratch *scratch = *state;

	fill(scratch);
	assert_int_equal(problems(scratch), 0);
	scratch_abort(scratch);
}

/* Another value of the same type; the version is how it is written. */
static json_t *
changed(const char *name, const json_t *value)
{
	if (strcmp(name, "v") == 0)
		return NULL;
	if (json_is_integer(value))
		return json_integer(json_integer_value(value) + 1);
	return json_string("another");
}

static void
test_each_member_of_each_event(void **state)
{
	struct scratch *scratch = *state;

	for (int64_t seq = 1; seq <= EVENTS; seq++) {
		struct txn *txn = fill(scratch);
		auto_json json_t *event = read_event(txn, seq);
		const char *name;
		json_t *value;

		json_object_foreach (event, name, value) {
			auto_json json_t *edited = json_deep_copy(event);
			json_t *other = changed(name, value);

			if (other == NULL)
				continue;
			json_object_set_new(edited, name, other);
			write_event(txn, seq, edited);
			assert_true(problems(scratch) > 0);
			write_event(txn, seq, event);
			assert_int_equal(problems(scratch), 0);
		}
		scratch_abort(scratch);
	}
}

static void
test_each_member_taken_away_or_added(void **state)
{
	static const char *const members[] = {"detail", "user", "device",
	    "session", "service", "rhost", "tty", "command", "link", "person",
	    "redaction"};
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	auto_json json_t *event = read_event(txn, 5);

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		auto_json json_t *edited = json_deep_copy(event);

		if (json_object_get(event, members[i]) != NULL)
			json_object_del(edited, members[i]);
		else
			json_object_set_new(
			    edited, members[i], json_string("x"));
		write_event(txn, 5, edited);
		if (strcmp(members[i], "redaction") != 0)
			assert_true(problems(scratch) > 0);
		write_event(txn, 5, event);
	}
	scratch_abort(scratch);
}

static void
test_removed(void **state)
{
	struct scratch *scratch = *state;

	for (int64_t seq = 1; seq <= EVENTS; seq++) {
		remove_event(fill(scratch), seq);
		assert_true(problems(scratch) > 0);
		scratch_abort(scratch);
	}
}

/* All of them from one on, or up to one. */
static void
test_cut_off(void **state)
{
	struct scratch *scratch = *state;

	for (int64_t cut = 2; cut <= EVENTS; cut++) {
		struct txn *txn = fill(scratch);

		for (int64_t seq = cut; seq <= EVENTS; seq++)
			remove_event(txn, seq);
		assert_true(problems(scratch) > 0);
		scratch_abort(scratch);
		txn = fill(scratch);
		for (int64_t seq = 1; seq < cut; seq++)
			remove_event(txn, seq);
		assert_true(problems(scratch) > 0);
		scratch_abort(scratch);
	}
}

/* Two change places, with their numbers put right or not. */
static void
test_reordered(void **state)
{
	struct scratch *scratch = *state;

	for (int64_t seq = 1; seq < EVENTS; seq++)
		for (int right = 0; right < 2; right++) {
			struct txn *txn = fill(scratch);
			auto_json json_t *one = read_event(txn, seq);
			auto_json json_t *two = read_event(txn, seq + 1);

			if (right) {
				json_object_set_new(
				    one, "seq", json_integer(seq + 1));
				json_object_set_new(
				    two, "seq", json_integer(seq));
			}
			write_event(txn, seq, two);
			write_event(txn, seq + 1, one);
			assert_true(problems(scratch) > 0);
			scratch_abort(scratch);
		}
}

/* The events behind it are moved on by one. */
static void
test_inserted(void **state)
{
	struct scratch *scratch = *state;

	for (int64_t at = 1; at <= EVENTS + 1; at++) {
		struct txn *txn = fill(scratch);

		for (int64_t seq = EVENTS; seq >= at; seq--) {
			auto_json json_t *event = read_event(txn, seq);

			json_object_set_new(
			    event, "seq", json_integer(seq + 1));
			write_event(txn, seq + 1, event);
		}
		if (at > 1) {
			auto_json json_t *copy = read_event(txn, at - 1);

			json_object_set_new(copy, "seq", json_integer(at));
			write_event(txn, at, copy);
		}
		assert_true(problems(scratch) > 0);
		scratch_abort(scratch);
	}
}

/* An agent that goes on after an edit of the ends does not hide it. */
static void
test_break_stays(void **state)
{
	struct scratch *scratch = *state;

	for (int edit = 0; edit < 3; edit++) {
		struct txn *txn = fill(scratch);

		remove_event(txn, EVENTS);
		if (edit == 1)
			assert_int_equal(txn_delete(txn, TABLE_META,
					     text_slice(AUDIT_ENDS_KEY)),
			    OK);
		if (edit == 2)
			assert_int_equal(
			    txn_put(txn, TABLE_META, text_slice(AUDIT_ENDS_KEY),
				text_slice("{\"v\":1,\"first\":0,\"last\":11,"
					   "\"first_link\":\"x\","
					   "\"last_link\":\"y\"}")),
			    OK);
		for (int i = 0; i < 3; i++)
			append(scratch, 100 + i);
		assert_true(problems(scratch) > 0);
		scratch_abort(scratch);
	}
}

static void
test_retention_is_no_break(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	size_t done = 0;

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(audit_sweep(txn, store_seal(scratch->store),
				     1700000000 + EVENTS, 2, &done),
		    OK);
		assert_int_equal(done, 2);
		assert_int_equal(problems(scratch), 0);
	}
	append(scratch, 100);
	assert_int_equal(problems(scratch), 0);
	remove_event(txn, 7);
	assert_true(problems(scratch) > 0);
	scratch_abort(scratch);
}

static void
redact(struct scratch *scratch, int64_t seq, const char *user)
{
	auto_clear(audit_record) struct audit_record event = {0};

	assert_int_equal(audit_next(scratch->txn, seq - 1, &event), OK);
	sample_set(&event.user, user);
	sample_set(&event.detail, "removed");
	event.uid = 7;
	assert_int_equal(
	    audit_redact(scratch->txn, store_seal(scratch->store), &event), OK);
}

/* Once, and again; and nobody else can do it. */
static void
test_redacted(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	auto_json json_t *before = read_event(txn, 5);
	auto_json json_t *forged = NULL;

	redact(scratch, 5, "somebody");
	assert_int_equal(problems(scratch), 0);
	redact(scratch, 5, "somebody else");
	assert_int_equal(problems(scratch), 0);
	forged = read_event(txn, 5);
	assert_null(strstr(
	    json_string_value(json_object_get(forged, "user")), "user5"));
	json_object_set_new(forged, "user", json_string("mallory"));
	write_event(txn, 5, forged);
	assert_true(problems(scratch) > 0);
	json_object_set(before, "person", json_object_get(forged, "person"));
	json_object_set(
	    before, "redaction", json_object_get(forged, "redaction"));
	write_event(txn, 5, before);
	assert_true(problems(scratch) > 0);
	scratch_abort(scratch);
}

/* A redaction of what was changed would hide the change. */
static void
test_changed_is_not_redacted(void **state)
{
	struct scratch *scratch = *state;
	struct txn *txn = fill(scratch);
	auto_clear(audit_record) struct audit_record event = {0};
	auto_json json_t *edited = NULL;

	redact(scratch, 5, "somebody");
	edited = read_event(txn, 5);
	json_object_set_new(edited, "user", json_string("mallory"));
	write_event(txn, 5, edited);
	assert_int_equal(audit_next(txn, 4, &event), OK);
	assert_int_equal(
	    audit_redact(txn, store_seal(scratch->store), &event), ERR_STORE);
	scratch_abort(scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_untouched),
	    STORE_TEST(test_each_member_of_each_event),
	    STORE_TEST(test_each_member_taken_away_or_added),
	    STORE_TEST(test_removed),
	    STORE_TEST(test_cut_off),
	    STORE_TEST(test_reordered),
	    STORE_TEST(test_inserted),
	    STORE_TEST(test_break_stays),
	    STORE_TEST(test_retention_is_no_break),
	    STORE_TEST(test_redacted),
	    STORE_TEST(test_changed_is_not_redacted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
