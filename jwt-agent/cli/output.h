/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_OUTPUT_H
#define JWT_AGENT_CLI_OUTPUT_H

/*
 * Answers on standard output: tables and lists for people, drawn with
 * libsmartcols, and JSON for scripts. Both are made from the same JSON.
 */

#include "base/fields.h"

enum column_kind {
	COLUMN_PLAIN,
	COLUMN_TIME, /* seconds since 1970; shown as local time */
	COLUMN_SIZE, /* bytes */
	COLUMN_SPAN, /* seconds; shown in the two largest units */
};

struct column {
	const char *heading;
	const char *member;
	enum column_kind kind;
};

/* One line per element of the array. A table without lines is its heading. */
MUST_USE enum err
output_table(const struct column *columns, size_t count, const json_t *rows);

/* One object, a line per column. */
MUST_USE enum err
output_record(const struct column *columns, size_t count, const json_t *record);

MUST_USE enum err output_json(const json_t *value);

/* An object of this shape with null for absent optional members, as a new
 * object; ERR_PROTOCOL when it is not of this shape. */
MUST_USE enum err
output_complete(const struct fields *shape, const json_t *object, json_t **out);

/* The same for a decoded message. */
MUST_USE enum err
output_encode(const struct fields *shape, const void *message, json_t **out);

#endif
