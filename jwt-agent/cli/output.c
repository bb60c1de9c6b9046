/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/output.h"

#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ABSENT "-"

static void
table_auto_free(struct libscols_table **table)
{
	if (*table != NULL)
		scols_unref_table(*table);
}

#define auto_table __attribute__((cleanup(table_auto_free)))

static char *
time_text(int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm local;
	char text[64];

	if (localtime_r(&when, &local) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &local) == 0)
		return strdup(ABSENT);
	return strdup(text);
}

static char *
size_text(int64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;
	char *text;

	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(*units)) {
		size /= 1024;
		unit++;
	}
	return asprintf(
		   &text, "%.*f %s", unit == 0 ? 0 : 1, size, units[unit]) < 0
	    ? NULL
	    : text;
}

static char *
span_text(int64_t seconds)
{
	static const struct {
		int64_t size;
		char name;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	size_t unit = 0;
	char *text;

	while (units[unit].size > 1 && seconds < units[unit].size)
		unit++;
	if (units[unit].size == 1)
		return asprintf(&text, "%" PRId64 "s", seconds) < 0 ? NULL
								    : text;
	return asprintf(&text, "%" PRId64 "%c %" PRId64 "%c",
		   seconds / units[unit].size, units[unit].name,
		   seconds % units[unit].size / units[unit + 1].size,
		   units[unit + 1].name) < 0
	    ? NULL
	    : text;
}

/* To be freed by the caller; NULL when memory is out. */
static char *
cell_text(enum column_kind kind, const json_t *value)
{
	char *text;

	if (value == NULL || json_is_null(value))
		return strdup(ABSENT);
	if (json_is_string(value))
		return strdup(json_string_value(value));
	if (json_is_boolean(value))
		return strdup(json_is_true(value) ? "yes" : "no");
	if (json_is_integer(value) && kind == COLUMN_TIME)
		return time_text(json_integer_value(value));
	if (json_is_integer(value) && kind == COLUMN_SIZE)
		return size_text(json_integer_value(value));
	if (json_is_integer(value) && kind == COLUMN_SPAN)
		return span_text(json_integer_value(value));
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	return text;
}

static enum err
set_cell(struct libscols_line *line, size_t at, char *text)
{
	if (text == NULL)
		return ERR_NO_MEMORY;
	if (scols_line_refer_data(line, at, text) == 0)
		return OK;
	free(text);
	return ERR_NO_MEMORY;
}

static enum err
new_table(struct libscols_table **out)
{
	/* reads the environment for debugging, and wants to be told so first */
	scols_init_debug(0);
	*out = scols_new_table();
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
add_row(struct libscols_table *table, const struct column *columns,
    size_t count, const json_t *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	enum err e = line != NULL ? OK : ERR_NO_MEMORY;

	for (size_t i = 0; i < count && e == OK; i++)
		e = set_cell(line, i,
		    cell_text(columns[i].kind,
			json_object_get(row, columns[i].member)));
	return e;
}

static enum err
print(struct libscols_table *table)
{
	return scols_print_table(table) == 0 ? OK : ERR_IO;
}

enum err
output_table(const struct column *columns, size_t count, const json_t *rows)
{
	auto_table struct libscols_table *table = NULL;
	enum err e = new_table(&table);

	for (size_t i = 0; i < count && e == OK; i++)
		if (scols_table_new_column(table, columns[i].heading, 0, 0) ==
		    NULL)
			e = ERR_NO_MEMORY;
	for (size_t i = 0; i < json_array_size(rows) && e == OK; i++)
		e = add_row(table, columns, count, json_array_get(rows, i));
	if (e != OK)
		return e;
	if (json_array_size(rows) > 0)
		return print(table);
	/* libsmartcols draws no heading over nothing */
	for (size_t i = 0; i < count; i++)
		printf("%s%s", columns[i].heading, i + 1 < count ? " " : "\n");
	return OK;
}

enum err
output_record(const struct column *columns, size_t count, const json_t *record)
{
	auto_table struct libscols_table *table = NULL;
	enum err e = new_table(&table);

	if (e != OK)
		return e;
	scols_table_enable_noheadings(table, 1);
	if (scols_table_new_column(table, "NAME", 0, 0) == NULL ||
	    scols_table_new_column(table, "VALUE", 0, 0) == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count && e == OK; i++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		if (line == NULL)
			return ERR_NO_MEMORY;
		e = set_cell(line, 0, strdup(columns[i].heading));
		if (e == OK)
			e = set_cell(line, 1,
			    cell_text(columns[i].kind,
				json_object_get(record, columns[i].member)));
	}
	return e == OK ? print(table) : e;
}

enum err
output_json(const json_t *value)
{
	if (json_dumpf(value, stdout, JSON_INDENT(2)) != 0)
		return ERR_IO;
	return putchar('\n') != EOF ? OK : ERR_IO;
}

enum err
output_complete(const struct fields *shape, const json_t *object, json_t **out)
{
	auto_json json_t *whole = json_object();
	void *message = calloc(1, shape->size);
	enum err e;

	if (whole == NULL || message == NULL) {
		free(message);
		return ERR_NO_MEMORY;
	}
	e = fields_decode(shape, object, message, NULL);
	fields_clear(shape, message);
	free(message);
	if (e != OK)
		return e == ERR_NO_MEMORY ? e : ERR_PROTOCOL;
	for (size_t i = 0; i < shape->count; i++) {
		const char *name = shape->field[i].name;
		json_t *value = json_object_get(object, name);

		if (json_object_set_new(whole, name,
			value != NULL ? json_incref(value) : json_null()) != 0)
			return ERR_NO_MEMORY;
	}
	*out = TAKE(whole);
	return OK;
}

enum err
output_encode(const struct fields *shape, const void *message, json_t **out)
{
	auto_json json_t *object = NULL;
	enum err e = fields_encode(shape, message, &object);

	return e == OK ? output_complete(shape, object, out) : e;
}
