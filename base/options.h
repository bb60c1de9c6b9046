/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

/*
 * One schema table for everything that is configured by name: the module's
 * arguments and the sections of the configuration file. A row gives name,
 * type, place, default, range and a line of help. What is unknown or
 * malformed is refused, so that a mistyped restriction never weakens a login.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "base/option_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
	OPTION_FLAG,	/* bool; "yes" or "no", or the bare name */
	OPTION_TEXT,	/* char *; not empty, min..max bytes */
	OPTION_PATH,	/* char *; begins with a slash */
	OPTION_SECONDS, /* int64_t; a number with s, m, h or d, min..max */
	OPTION_SIZE, /* int64_t; bytes, a number with K, M, G or T, min..max */
	OPTION_CHOICE, /* char *; one of `choices`, separated by | */
	OPTION_NUMBER, /* int64_t; a whole number, min..max */
	OPTION_DATE,   /* char *; as date_read() has it */
	OPTION_URL,    /* char *; as url_is_allowed() has it */
	OPTION_LIST,   /* struct texts; items separated by commas, added */
	OPTION_LINES,  /* struct texts; the whole value is one item, added */
};

struct option {
	const char *section; /* NULL for module arguments */
	const char *name;
	enum option_type type;
	size_t offset;
	const char *preset;  /* default as text; NULL: unset */
	int64_t min, max;    /* of a list: bytes of each item */
	const char *choices; /* a list with choices takes no other item */
	const char *help;
};

/* Sets every row's default in a struct that is all zero. */
MUST_USE enum err options_preset(const struct option *options, size_t count,
    void *object, struct option_error *error);

/*
 * Sets one value. ERR_CONFIG with a sentence in `error` when the name is not
 * in the table or the value is not of its type. `value` may be NULL for a
 * bare flag.
 */
MUST_USE enum err options_set(const struct option *options, size_t count,
    void *object, const char *section, const char *name, const char *value,
    struct option_error *error);

/* The row of a name, NULL when there is none. */
const struct option *options_find(const struct option *options, size_t count,
    const char *section, const char *name);

/* Sets the value of one row, as options_set() does. */
MUST_USE enum err option_set(const struct option *option, void *object,
    const char *value, struct option_error *error);

/* Frees the value of one row and leaves it unset. */
void option_clear(const struct option *option, void *object);

/*
 * Gives `object` a copy of what `from` has in each row that is not `set`; an
 * object's own value in such a row (a preset) is freed. ERR_NO_MEMORY.
 */
MUST_USE enum err options_inherit(const struct option *options, size_t count,
    void *object, const void *from, const bool set[]);

void options_clear(const struct option *options, size_t count, void *object);

#endif
