/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/policy/claimset.h"

#include <stdio.h>
#include <string.h>

static void
must(bool holds)
{
	if (holds)
		return;
	fputs("tests/policy/claimset.c: the test is wrong\n", stderr);
	abort();
}

struct claims *
claimset(const char *json)
{
	auto_str char *text = strdup(json);
	struct claims *claims = NULL;

	must(text != NULL);
	for (char *at = text; *at != '\0'; at++)
		if (*at == '\'')
			*at = '"';
	must(claims_read((const uint8_t *)text, strlen(text), &claims) == OK);
	return claims;
}

struct texts
textlist(const char *items)
{
	struct texts list = {0};

	while (items != NULL && *items != '\0') {
		size_t size = strcspn(items, ",");

		must(texts_add(&list, items, size) == OK);
		items += size + (items[size] == ',');
	}
	return list;
}
