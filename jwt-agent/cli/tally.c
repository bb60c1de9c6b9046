/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
count(struct tally *tally, size_t row, const char *label, int64_t number)
{
	if (row == tally->count) {
		snprintf(tally->row[row].label, TALLY_LABEL_SIZE, "%s", label);
		tally->count++;
	}
	tally->row[row].count += number;
}

static size_t
find(const struct tally *tally, const char *label)
{
	size_t row = 0;

	while (row < tally->count &&
	    strncmp(tally->row[row].label, label, TALLY_LABEL_SIZE - 1) != 0)
		row++;
	return row;
}

void
tally_add(struct tally *tally, const char *label, int64_t number)
{
	size_t row = find(tally, label);

	if (row >= TALLY_LABELS_MAX && row == tally->count)
		row = find(tally, label = TALLY_OTHER);
	count(tally, row, label, number);
}

static int
by_count(const void *left, const void *right)
{
	const struct tally *tally = NULL;
	const typeof(*tally->row) *l = left, *r = right;

	if (l->count != r->count)
		return l->count < r->count ? 1 : -1;
	return strcmp(l->label, r->label);
}

json_t *
tally_json(struct tally *tally, const char *name)
{
	json_t *list = json_array();

	qsort(tally->row, tally->count, sizeof(*tally->row), by_count);
	for (size_t i = 0; i < tally->count; i++) {
		json_t *row = json_pack("{ss sI}", name, tally->row[i].label,
		    "count", (json_int_t)tally->row[i].count);

		if (json_array_append_new(list, row) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
