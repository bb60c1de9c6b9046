/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/err.h"

#include <stddef.h>
#include <string.h>

#define FAULT true
#define DENIED false
#define SHOWN true
#define HIDDEN false
#define KEEP true
#define DROP false

struct row {
	const char *wire;
	const char *text;
	int exit;
	bool fault;
	bool shown;
	bool commits;
};

static const struct row rows[ERR_COUNT] = {
    [OK] = {"ok", "done", 0, false, true, true},
#define E(id, wire, class, shown, commit, auth, acct, session, exit, text)     \
	[ERR_##id] = {wire, text, exit, class, shown, commit},
    ERRORS(E)
#undef E
};

static const struct row *
row_of(enum err err)
{
	if ((size_t)err >= ERR_COUNT)
		return &rows[ERR_INTERNAL];
	return &rows[err];
}

const char *
err_wire(enum err err)
{
	return row_of(err)->wire;
}

const char *
err_name(enum err err)
{
	const char *dot = strrchr(err_wire(err), '.');

	return dot != NULL ? dot + 1 : err_wire(err);
}

const char *
err_text(enum err err)
{
	return row_of(err)->text;
}

const char *
err_shown(enum err err)
{
	return row_of(err)->shown ? row_of(err)->text : "token refused";
}

bool
err_is_fault(enum err err)
{
	return row_of(err)->fault;
}

const char *
err_outcome(enum err err)
{
	if (err == OK)
		return "granted";
	return err_is_fault(err) ? "fault" : "denied";
}

bool
err_commits(enum err err)
{
	return row_of(err)->commits;
}

int
err_exit(enum err err)
{
	return row_of(err)->exit;
}

enum err
err_from_wire(const char *wire)
{
	for (size_t i = OK + 1; i < ERR_COUNT; i++)
		if (strcmp(rows[i].wire, wire) == 0)
			return (enum err)i;
	return ERR_PROTOCOL;
}
