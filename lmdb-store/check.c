/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/check.h"

#include "lmdb-store/rules.h"

#define WHOLE_STEP 1024

static void
note(
    struct check_step *step, const struct entry *entry, const struct rule *rule)
{
	struct check_finding *finding = &step->finding[step->findings];

	step->problems++;
	if (step->findings == CHECK_FINDINGS_MAX)
		return;
	step->findings++;
	finding->rule = rule->name;
	finding->problem = rule->problem;
	entry_show_key(entry, finding->key, sizeof(finding->key));
}

static void
apply_rules(struct check_step *step, const struct entry *entry)
{
	const struct rule *rule;

	for (size_t i = 0; (rule = rules_at(entry->table, i)) != NULL; i++)
		if (!rule->holds(entry))
			note(step, entry, rule);
}

/* A fault that came up in the middle of a rule is none of the entry's. */
static enum err
look_at(struct check_step *step, struct entry *entry)
{
	enum entry_state state;
	enum err e = entry_read(entry, &state);

	if (e != OK)
		return e;
	step->entries++;
	if (rules_unread(state) != NULL)
		note(step, entry, rules_unread(state));
	else
		apply_rules(step, entry);
	return txn_error(entry->txn);
}

static enum err
next_entry(struct entry *entry, struct check_place *place)
{
	entry->before = key_slice(&place->after);
	return txn_next(entry->txn, entry->table, entry->before, &entry->key,
	    &entry->value);
}

/* A copy: nothing is borrowed from one step to the next. */
static void
move_on(struct check_place *place, struct slice key)
{
	struct key copy = {0};

	key_add_bytes(&copy, key.data, key.size);
	place->after = copy;
}

static enum err
look_at_next(struct txn *txn, const struct seal *seal,
    struct check_place *place, struct check_step *step)
{
	struct entry entry = {
	    .txn = txn, .seal = seal, .table = (enum table)place->table};
	enum err e = next_entry(&entry, place);

	if (e != OK)
		return e;
	e = look_at(step, &entry);
	entry_clear(&entry);
	move_on(place, entry.key);
	return e;
}

enum err
check_step(struct txn *txn, const struct seal *seal, struct check_place *place,
    size_t limit, struct check_step *out)
{
	struct check_step step = {.entries = 0};
	enum err e = OK;

	if (place->table >= TABLE_COUNT)
		return ERR_NOT_FOUND;
	step.table = (enum table)place->table;
	for (size_t i = 0; i < limit && e == OK; i++)
		e = look_at_next(txn, seal, place, &step);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	step.last = e == ERR_NOT_FOUND;
	if (step.last)
		*place = (struct check_place){.table = place->table + 1};
	*out = step;
	return OK;
}

static void
add_up(struct check_total *total, const struct check_step *step)
{
	total->entries += step->entries;
	if (total->problems == 0 && step->findings > 0) {
		total->table = step->table;
		total->first = step->finding[0];
	}
	total->problems += step->problems;
}

enum err
check_table(struct txn *txn, const struct seal *seal, enum table table,
    struct check_total *out)
{
	struct check_place place = {.table = table};
	struct check_step step = {.entries = 0};
	enum err e = OK;

	while (e == OK && place.table == table) {
		e = check_step(txn, seal, &place, WHOLE_STEP, &step);
		if (e == OK)
			add_up(out, &step);
	}
	return e;
}

enum err
check_all(struct txn *txn, const struct seal *seal, struct check_total *out)
{
	struct check_total total = {.entries = 0};
	enum err e = OK;

	for (int i = 0; i < TABLE_COUNT && e == OK; i++)
		e = check_table(txn, seal, (enum table)i, &total);
	if (e == OK)
		*out = total;
	return e;
}
