/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_PLAIN_H
#define JWT_AGENT_VERIFY_PLAIN_H

/*
 * The JSON that nearly every token is made of: one flat object, no white
 * space, strings of printable ASCII without escapes, whole numbers. Reading
 * it so takes a tenth of what a parser takes. What is not of this form, or wrong,
 * is left to the parser, which has the only word on what JSON is.
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAIN_MEMBERS_MAX 16
#define PLAIN_NAME_MAX 31
#define PLAIN_TEXT_MAX 255
/* what a long holds, for libjwt carries numbers as long */
#define PLAIN_DIGITS_MAX (LONG_MAX > INT32_MAX ? 15 : 9)

struct plain_member {
	char name[PLAIN_NAME_MAX + 1];
	bool is_text;
	char text[PLAIN_TEXT_MAX + 1];
	long number;
};

struct plain {
	size_t count;
	struct plain_member members[PLAIN_MEMBERS_MAX];
};

/*
 * Whether the text is of this form, with no member twice; then it is valid
 * JSON, and `out` says the same. `out` need not be set before.
 */
bool plain_read(const uint8_t *text, size_t size, struct plain *out);

/* The member of this name, or NULL. */
const struct plain_member *
plain_find(const struct plain *plain, const char *name);

#endif
