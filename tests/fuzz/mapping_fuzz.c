/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What an administrator may write and what a token may then say. The first
 * byte of the input chooses what the rest is, in lines:
 *	M	rules of username_map, the last line is the claim
 *	R	an item of require_claims, one of require_groups, claims
 *	D	a deny_message, claims
 */

#include "jwt-agent/policy/mapping.h"
#include "jwt-agent/policy/message.h"
#include "jwt-agent/policy/requirement.h"
#include "jwt-agent/policy/utf8.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
map_twice(const struct mapping *mapping, const char *claim)
{
	char user[MAPPING_USER_MAX + 1] = "";
	char again[MAPPING_USER_MAX + 1] = "";
	enum err e = mapping_apply(mapping, claim, user);

	must(e == OK || e == ERR_WRONG_USER);
	must((e == OK) == (user_name_problem(user) == NULL));
	must(mapping_apply(mapping, claim, again) == e);
	must(strcmp(user, again) == 0);
}

static void
fuzz_mapping(char *text)
{
	auto_clear(texts) struct texts rules = {0};
	auto_free(mapping) struct mapping *mapping = NULL;
	struct option_error why = {""};
	char *line;
	enum err e;

	while ((line = strsep(&text, "\n")) != NULL && text != NULL)
		if (texts_add(&rules, line, strlen(line)) != OK)
			return;
	e = mapping_new(&mapping, &rules, &why);
	must((e == OK) == (mapping != NULL));
	must(e == OK || (e == ERR_CONFIG && why.text[0] != '\0'));
	if (e == OK && strlen(line) <= CLAIM_STR_MAX)
		map_twice(mapping, line);
}

static void
check_value(enum err e, const struct requirement_value *value)
{
	const char *text = value->text;

	must(e == OK || e == ERR_POLICY_DENIED);
	must(value->is_there || (e != OK && text[0] == '\0'));
	while (*text != '\0') {
		uint32_t character;
		size_t size = utf8_next(text, &character);

		must(size > 0 && !utf8_is_control(character));
		text += size;
	}
}

static void
fuzz_requirement(char *text)
{
	auto_free(claims) struct claims *claims = NULL;
	const char *item = strsep(&text, "\n");
	const char *group = text != NULL ? strsep(&text, "\n") : NULL;
	struct requirement_value value;

	if (text == NULL ||
	    claims_read((const uint8_t *)text, strlen(text), &claims) != OK)
		return;
	(void)requirement_problem(item);
	(void)group_problem(group);
	check_value(requirement_check(claims, item, &value), &value);
	check_value(group_check(claims, "groups", group, &value), &value);
	check_value(group_check(claims, item, group, &value), &value);
	check_value(member_check(claims, "groups", group, &value), &value);
}

static void
fuzz_message(char *text)
{
	auto_free(claims) struct claims *claims = NULL;
	const char *form = strsep(&text, "\n");
	char message[POLICY_TEXT_SIZE];
	bool is_plain = true;

	if (text == NULL ||
	    claims_read((const uint8_t *)text, strlen(text), &claims) != OK)
		return;
	for (const char *at = form; *at != '\0'; at++)
		is_plain = is_plain && *at >= ' ' && *at <= '~';
	memset(message, '#', sizeof(message));
	policy_deny_text(form, claims, message);
	must(memchr(message, '\0', sizeof(message)) != NULL);
	if (strpbrk(form, "{}") == NULL && policy_deny_problem(form) == NULL)
		must(strcmp(form, message) == 0);
	for (const char *at = message; is_plain && *at != '\0'; at++)
		must(*at >= ' ' && *at <= '~');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_str char *text = NULL;

	if (size < 2)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	must(text != NULL);
	if (data[0] == 'M')
		fuzz_mapping(text);
	else if (data[0] == 'R')
		fuzz_requirement(text);
	else if (data[0] == 'D')
		fuzz_message(text);
	return 0;
}
