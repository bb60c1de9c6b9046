/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_TRAIL_H
#define JWT_AGENT_VERIFY_TRAIL_H

/*
 * What a verification did, step by step, for `token explain` and the audit.
 * Every function takes a NULL trail and then does nothing. Whatever text comes
 * from a token is escaped and bounded; tokens and signatures never go in.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAIL_STEPS_MAX 24
#define TRAIL_DETAIL_SIZE 160
#define TRAIL_VALUE_SIZE 96

/* The configuration key that a step went by; `section` is a kind ("issuer",
 * "service", "token"), which of them is known from the verdict. Literals. */
struct trail_rule {
	const char *section; /* NULL: no key decides this */
	const char *key;
};

struct trail_step {
	const char *step; /* a literal: size, header, issuer ... */
	bool ok;
	struct trail_rule rule;
	char found[TRAIL_VALUE_SIZE];  /* what the token has; may be empty */
	char wanted[TRAIL_VALUE_SIZE]; /* what the rule asks for; the same */
	char detail[TRAIL_DETAIL_SIZE];
};

/* All zero is an empty trail. */
struct trail {
	size_t count;
	struct trail_step steps[TRAIL_STEPS_MAX];
};

/* Begins a step; it stands as not ok until it is closed. */
void trail_open(struct trail *trail, const char *step);

/* Adds to the detail of the open step. For words and numbers of ours. */
__attribute__((format(printf, 2, 3))) void
trail_note(struct trail *trail, const char *format, ...);

/* The same for text from outside: quoted, escaped, cut. */
void trail_quote(struct trail *trail, const char *text);

/* Sets the rule that the open step goes by. */
void trail_rule(struct trail *trail, const char *section, const char *key);

/* Sets what was found, quoted as trail_quote() does, or as a number; what is
 * wanted, in words of ours or of the configuration. */
void trail_found(struct trail *trail, const char *text);
void trail_found_number(struct trail *trail, int64_t number);
__attribute__((format(printf, 2, 3))) void
trail_wanted(struct trail *trail, const char *format, ...);

/* Fills the open step of what is accepted until a second: `what` it is and its
 * `name`. Whether it is still. */
bool trail_until(struct trail *trail, const char *what, const char *name,
    int64_t over, int64_t now);

/* Ends the step. One that failed without a word gets the error's text. */
void trail_close(struct trail *trail, enum err outcome);

#endif
