/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/audit.h"

#include "lmdb-store/check.h"
#include "lmdb-store/checkpoint.h"
#include "lmdb-store/key.h"
#include "tests/base/sparse.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/*
 * Whoever has the store without its keys, and heads that others keep: random
 * edits of what lies in the tables. Whatever was changed has to be found by
 * the check of the audit or by a head.
 */

#define EVENTS 40
#define SWEPT 12 /* of them, by retention */
#define HEADS 5
#define EDITS 600
#define SEED UINT64_C(20261121)

/* The tables that the audit consists of. */
static const enum table tables[] = {TABLE_AUDIT, TABLE_META, TABLE_CHECKPOINT};
#define TABLES_OF_AUDIT (sizeof(tables) / sizeof(*tables))

struct row {
	enum table table;
	struct key key;
	char *value;
};

/* What was in them at some time. */
struct snapshot {
	struct row rows[3 * EVENTS];
	size_t count;
};

struct scene {
	struct agency *agency;
	struct txn *txn; /* of the edit under way */
	uint64_t random;
	char *heads[HEADS];
	size_t head_count;
	struct snapshot older;
};

static size_t
choose(struct scene *scene, size_t count)
{
	scene->random = scene->random * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (size_t)(scene->random >> 33) % count;
}

static void
append(struct scene *scene, int number)
{
	struct call *call = agency_begin(scene->agency);
	char user[16];
	struct audit_record event = {.time = AGENCY_START + number,
	    .event = (char *)(uintptr_t) "login",
	    .outcome = (char *)(uintptr_t) "denied",
	    .reason = (char *)(uintptr_t) "Expired",
	    .rhost = (char *)(uintptr_t) "192.0.2.7",
	    .detail = (char *)(uintptr_t) "a detail",
	    .command = (char *)(uintptr_t) "sshd",
	    .user = user,
	    .uid = 1000 + number,
	    .count = number % 7};

	snprintf(user, sizeof(user), "user%d", number);
	assert_int_equal(agency_end(scene->agency,
			     audit_append(call->txn,
				 store_seal(scene->agency->store), &event)),
	    OK);
}

static void
take_head(struct scene *scene)
{
	auto_clear(audit_head_reply) struct audit_head_reply reply = {0};
	const struct empty request = {};
	struct call *call = agency_begin(scene->agency);

	assert_int_equal(
	    agency_end(scene->agency, admin_audit_head(call, &request, &reply)),
	    OK);
	scene->heads[scene->head_count++] = TAKE(reply.head);
}

static void
redact(struct scene *scene, int64_t seq)
{
	auto_clear(audit_record) struct audit_record event = {0};
	struct call *call = agency_begin(scene->agency);
	enum err e = audit_next(call->txn, seq - 1, &event);

	assert_int_equal(e, OK);
	call_note(&event.user, "somebody");
	event.uid = 7;
	assert_int_equal(agency_end(scene->agency,
			     audit_redact(call->txn,
				 store_seal(scene->agency->store), &event)),
	    OK);
}

static bool
is_of_audit(const struct row *row)
{
	return row->table != TABLE_META ||
	    (row->key.size == strlen(AUDIT_ENDS_KEY) &&
		memcmp(row->key.data, AUDIT_ENDS_KEY, row->key.size) == 0);
}

static void
snapshot_clear(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++)
		free(snapshot->rows[i].value);
	snapshot->count = 0;
}

static void
snapshot_take(struct txn *txn, struct snapshot *snapshot)
{
	snapshot->count = 0;
	for (size_t i = 0; i < TABLES_OF_AUDIT; i++) {
		struct slice key = text_slice(NULL), value;

		while (txn_next(txn, tables[i], key, &key, &value) == OK) {
			struct row *row = &snapshot->rows[snapshot->count];

			*row = (struct row){.table = tables[i]};
			key_add_bytes(&row->key, key.data, key.size);
			if (!is_of_audit(row))
				continue;
			row->value =
			    strndup((const char *)value.data, value.size);
			snapshot->count++;
		}
	}
}

static bool
snapshots_equal(const struct snapshot *left, const struct snapshot *right)
{
	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++)
		if (left->rows[i].table != right->rows[i].table ||
		    left->rows[i].key.size != right->rows[i].key.size ||
		    memcmp(left->rows[i].key.data, right->rows[i].key.data,
			left->rows[i].key.size) != 0 ||
		    strcmp(left->rows[i].value, right->rows[i].value) != 0)
			return false;
	return true;
}

/* Events, heads, retention, and persons that were forgotten. */
static void
scene_begin(struct scene *scene, struct agency *agency)
{
	struct call *call;
	size_t done = 0;

	*scene = (struct scene){.agency = agency, .random = SEED};
	print_message("seed %llu\n", (unsigned long long)SEED);
	for (int i = 1; i <= EVENTS; i++) {
		append(scene, i);
		if (i % (EVENTS / HEADS) == EVENTS / HEADS / 2)
			take_head(scene);
		if (i == EVENTS / 2) {
			call = agency_begin(agency);
			snapshot_take(call->txn, &scene->older);
			(void)!agency_end(agency, ERR_EXPIRED);
		}
	}
	call = agency_begin(agency);
	assert_int_equal(agency_end(agency,
			     audit_sweep(call->txn, store_seal(agency->store),
				 AGENCY_START + EVENTS, SWEPT, &done)),
	    OK);
	assert_int_equal(done, SWEPT);
	redact(scene, SWEPT + 5);
	redact(scene, SWEPT + 9);
}

static void
scene_clear(struct scene *scene)
{
	for (size_t i = 0; i < scene->head_count; i++)
		free(scene->heads[i]);
	snapshot_clear(&scene->older);
}

static size_t
heads_broken(struct scene *scene, struct call *call)
{
	size_t broken = 0;

	for (size_t i = 0; i < scene->head_count; i++) {
		auto_clear(audit_hold_reply) struct audit_hold_reply reply = {
		    0};
		const struct audit_hold_request request = {scene->heads[i]};

		assert_int_equal(admin_audit_hold(call, &request, &reply), OK);
		broken += !reply.holds;
	}
	return broken;
}

/* What audit verify --head says. */
static bool
is_found(struct scene *scene, struct call *call)
{
	struct check_total total = {.entries = 0};
	const struct seal *seal = store_seal(scene->agency->store);

	assert_int_equal(check_table(call->txn, seal, TABLE_AUDIT, &total), OK);
	assert_int_equal(check_table(call->txn, seal, TABLE_META, &total), OK);
	return total.problems > 0 || heads_broken(scene, call) > 0;
}

/* The edits. */

static void
write_row(struct txn *txn, const struct row *row, const json_t *record)
{
	auto_str char *text = json_dumps(record, JSON_COMPACT);

	assert_int_equal(
	    txn_put(txn, row->table, key_slice(&row->key), text_slice(text)),
	    OK);
}

static void
delete_row(struct txn *txn, const struct row *row)
{
	assert_int_equal(txn_delete(txn, row->table, key_slice(&row->key)), OK);
}

/* Something else of the same type; the version is how it is written. */
static void
alter_member(struct scene *scene, const struct row *row)
{
	auto_json json_t *record = json_loads(row->value, 0, NULL);
	size_t at = choose(scene, json_object_size(record));
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(record, next, name, value)
	{
		if (at-- != 0 || strcmp(name, "v") == 0)
			continue;
		if (choose(scene, 4) == 0)
			json_object_del(record, name);
		else if (json_is_integer(value))
			json_integer_set(value,
			    json_integer_value(value) +
				(json_int_t)choose(scene, 9) - 4);
		else
			json_object_set_new(
			    record, name, json_string("something else"));
		break;
	}
	write_row(scene->txn, row, record);
}

static void
add_member(struct scene *scene, const struct row *row)
{
	static const char *const members[] = {"detail", "device", "session",
	    "service", "tty", "person", "heads", "count"};
	auto_json json_t *record = json_loads(row->value, 0, NULL);
	const char *name = members[choose(scene, 8)];

	if (json_object_get(record, name) != NULL)
		return;
	json_object_set_new(record, name,
	    strcmp(name, "count") == 0 ? json_integer(3) : json_string("x"));
	write_row(scene->txn, row, record);
}

static const struct row *
any_row(struct scene *scene, const struct snapshot *snapshot, enum table table)
{
	const struct row *row;

	do {
		row = &snapshot->rows[choose(scene, snapshot->count)];
	} while (row->table != table);
	return row;
}

static void
edit_alter(struct scene *scene, const struct snapshot *now)
{
	alter_member(scene, &now->rows[choose(scene, now->count)]);
}

static void
edit_add(struct scene *scene, const struct snapshot *now)
{
	add_member(scene, &now->rows[choose(scene, now->count)]);
}

static void
edit_delete(struct scene *scene, const struct snapshot *now)
{
	delete_row(scene->txn, &now->rows[choose(scene, now->count)]);
}

/* Events up to one, or from one on. */
static void
edit_cut(struct scene *scene, const struct snapshot *now)
{
	const struct row *at = any_row(scene, now, TABLE_AUDIT);
	bool before = choose(scene, 2) == 0;

	for (const struct row *row = now->rows;
	     row->table == TABLE_AUDIT && row < now->rows + now->count; row++)
		if (before ? row <= at : row >= at)
			delete_row(scene->txn, row);
}

static void
move_to(struct scene *scene, const struct row *from, const struct row *to,
    bool number)
{
	auto_json json_t *record = json_loads(from->value, 0, NULL);

	if (number)
		json_object_set_new(
		    record, "seq", json_integer(key_number(to->key.data)));
	write_row(scene->txn, to, record);
}

static void
edit_swap(struct scene *scene, const struct snapshot *now)
{
	enum table table =
	    choose(scene, 5) == 0 ? TABLE_CHECKPOINT : TABLE_AUDIT;
	const struct row *one = any_row(scene, now, table);
	const struct row *two = any_row(scene, now, table);
	bool number = choose(scene, 2) == 0;

	move_to(scene, one, two, number);
	move_to(scene, two, one, number);
}

/* A copy of any, at the end or in the place of another. */
static void
edit_insert(struct scene *scene, const struct snapshot *now)
{
	enum table table =
	    choose(scene, 3) == 0 ? TABLE_CHECKPOINT : TABLE_AUDIT;
	const struct row *from = any_row(scene, now, table);
	struct row to = {.table = table};

	key_add_number(&to.key, (int64_t)choose(scene, 2 * EVENTS) + 1);
	move_to(scene, from, &to, choose(scene, 3) > 0);
}

/* Redactions, as they stand elsewhere or made up. */
static void
edit_redaction(struct scene *scene, const struct snapshot *now)
{
	static const char *const members[] = {"person", "redaction"};
	const struct row *row = any_row(scene, now, TABLE_AUDIT);
	const struct row *from = any_row(scene, now, TABLE_AUDIT);
	auto_json json_t *record = json_loads(row->value, 0, NULL);
	auto_json json_t *other = json_loads(from->value, 0, NULL);

	json_object_set_new(record, "user", json_string("mallory"));
	for (size_t i = 0; i < 2; i++) {
		json_t *taken = json_object_get(other, members[i]);

		if (taken == NULL)
			taken = json_object_get(other, "link");
		json_object_set(record, members[i], taken);
	}
	write_row(scene->txn, row, record);
}

/* A checkpoint for an event that was swept, with the link of any. */
static void
edit_checkpoint(struct scene *scene, const struct snapshot *now)
{
	const struct row *row = any_row(scene, now, TABLE_AUDIT);
	auto_json json_t *event = json_loads(row->value, 0, NULL);
	struct row forged = {.table = TABLE_CHECKPOINT};
	int64_t seq = (int64_t)choose(scene, SWEPT) + 1;
	auto_json json_t *record = json_pack("{si sI sO sI}", "v", 1, "seq",
	    (json_int_t)seq, "link", json_object_get(event, "link"), "time",
	    (json_int_t)AGENCY_START);

	key_add_number(&forged.key, seq);
	write_row(scene->txn, &forged, record);
}

/* What lay in these tables before is put back: all of it, or of one table. */
static void
edit_older(struct scene *scene, const struct snapshot *now)
{
	size_t which = choose(scene, TABLES_OF_AUDIT + 1);
	const struct snapshot *older = &scene->older;

	for (size_t i = 0; i < now->count; i++)
		if (which == TABLES_OF_AUDIT ||
		    now->rows[i].table == tables[which])
			delete_row(scene->txn, &now->rows[i]);
	for (size_t i = 0; i < older->count; i++)
		if (which == TABLES_OF_AUDIT ||
		    older->rows[i].table == tables[which])
			assert_int_equal(
			    txn_put(scene->txn, older->rows[i].table,
				key_slice(&older->rows[i].key),
				text_slice(older->rows[i].value)),
			    OK);
}

/* The agent goes on behind it. */
static void
edit_older_and_on(struct scene *scene, const struct snapshot *now)
{
	const struct audit_record event = {.time = AGENCY_START,
	    .event = (char *)(uintptr_t) "login",
	    .outcome = (char *)(uintptr_t) "granted",
	    .reason = (char *)(uintptr_t) "ok"};

	edit_older(scene, now);
	for (size_t i = choose(scene, 2 * EVENTS); i > 0; i--)
		assert_int_equal(audit_append(scene->txn,
				     store_seal(scene->agency->store), &event),
		    OK);
}

static void (*const edits[])(
    struct scene *scene, const struct snapshot *now) = {
    edit_alter,
    edit_add,
    edit_delete,
    edit_cut,
    edit_swap,
    edit_insert,
    edit_redaction,
    edit_checkpoint,
    edit_older,
    edit_older_and_on,
};
#define EDIT_KINDS (sizeof(edits) / sizeof(*edits))

/* Whether anything was changed by it after all. */
static bool
try_edit(struct scene *scene, size_t kind)
{
	struct call *call = agency_begin(scene->agency);
	struct snapshot before = {.count = 0}, after = {.count = 0};
	bool changed;

	scene->txn = call->txn;
	snapshot_take(call->txn, &before);
	edits[kind](scene, &before);
	snapshot_take(call->txn, &after);
	changed = !snapshots_equal(&before, &after);
	if (changed != is_found(scene, call))
		fail_msg("an edit of kind %zu is %s", kind,
		    changed ? "not found" : "no edit, and found");
	snapshot_clear(&before);
	snapshot_clear(&after);
	(void)!agency_end(scene->agency, ERR_EXPIRED);
	return changed;
}

static void
no_edit_stays_unnoticed(void **state)
{
	struct scene scene;
	size_t changed[EDIT_KINDS] = {0}, count = (size_t)sparse(EDITS);

	scene_begin(&scene, *state);
	assert_false(is_found(&scene, agency_begin(scene.agency)));
	(void)!agency_end(scene.agency, ERR_EXPIRED);
	for (size_t i = 0; i < count; i++)
		changed[i % EDIT_KINDS] += try_edit(&scene, i % EDIT_KINDS);
	for (size_t i = 0; i < EDIT_KINDS; i++)
		assert_true(changed[i] > count / EDIT_KINDS / 4);
	scene_clear(&scene);
}

/* What an honest agent does breaks no head. */
static void
nothing_is_found_of_an_honest_agent(void **state)
{
	struct scene scene;
	struct call *call;
	size_t done = 0;

	scene_begin(&scene, *state);
	call = agency_begin(scene.agency);
	assert_int_equal(
	    agency_end(scene.agency,
		audit_sweep(call->txn, store_seal(scene.agency->store),
		    INT64_MAX, 2 * EVENTS, &done)),
	    OK);
	append(&scene, 100);
	assert_false(is_found(&scene, agency_begin(scene.agency)));
	(void)!agency_end(scene.agency, ERR_EXPIRED);
	scene_clear(&scene);
}

int
main(void)
{
#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    T(no_edit_stays_unnoticed),
	    T(nothing_is_found_of_an_honest_agent),
	};

	return cmocka_run_group_tests_name("audit property", tests, NULL, NULL);
}
