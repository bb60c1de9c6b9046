/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/mapping.h"
#include "jwt-agent/policy/pattern.h"
#include "jwt-agent/policy/stencil.h"

#include <stdio.h>
#include <string.h>

#define BLANKS " \t"
#define RULE_SHOWN 96 /* bytes of a rule in a message */

/* One of `pattern` and `text` takes claims; `user`, when it has a text, makes
 * the name. */
struct mapping_rule {
	struct pattern *pattern;
	struct stencil text;
	struct stencil user;
};

struct mapping {
	size_t count;
	struct mapping_rule rules[];
};

/* A rule taken apart, in a copy of it. */
struct parts {
	char copy[MAPPING_RULE_MAX + 1];
	char *pattern;
	bool is_expression;
	char *user; /* NULL: there is no arrow */
};

static char *
trim(char *text)
{
	size_t size;

	text += strspn(text, BLANKS);
	size = strlen(text);
	while (size > 0 && strchr(BLANKS, text[size - 1]) != NULL)
		size--;
	text[size] = '\0';
	return text;
}

/* The expression ends at the last slash, for no name has one; what follows is
 * nothing or the arrow. */
static const char *
split_expression(struct parts *parts, char *text)
{
	char *end = strrchr(text, '/');
	char *rest;

	if (end == text)
		return "the expression has no closing slash";
	*end = '\0';
	rest = trim(end + 1);
	if (*rest != '\0' && strncmp(rest, "->", 2) != 0)
		return "something stands behind the closing slash";
	parts->pattern = text + 1;
	parts->is_expression = true;
	parts->user = *rest != '\0' ? trim(rest + 2) : NULL;
	return NULL;
}

static const char *
split_text(struct parts *parts, char *text)
{
	char *arrow = strstr(text, "->");

	if (arrow != NULL) {
		*arrow = '\0';
		parts->user = trim(arrow + 2);
	}
	parts->pattern = trim(text);
	return stencil_problem(parts->pattern);
}

static const char *
split(struct parts *parts, const char *rule)
{
	const char *problem;
	char *text;

	if (strnlen(rule, sizeof(parts->copy)) == sizeof(parts->copy))
		return "it is longer than 512 bytes";
	text = trim(strcpy(parts->copy, rule));
	problem = text[0] == '/' ? split_expression(parts, text)
				 : split_text(parts, text);
	if (problem != NULL || parts->user == NULL)
		return problem;
	if (strstr(parts->user, "->") != NULL)
		return "it has two arrows";
	return stencil_problem(parts->user);
}

static bool
has_user(const struct mapping_rule *rule)
{
	return rule->user.before != NULL;
}

/* Whether the rule can name somebody: with the claim where only one can come,
 * else with a letter that nobody objects to. */
static const char *
result_problem(const struct mapping_rule *rule)
{
	bool is_exact = rule->pattern == NULL && rule->text.after == NULL;
	const char *part = is_exact ? rule->text.before : "x";
	char name[MAPPING_USER_MAX + 1];

	if (!has_user(rule))
		return user_name_problem(part);
	if (!stencil_fill(&rule->user, part, strlen(part), name, sizeof(name)))
		return "is too long";
	return user_name_problem(name);
}

static enum err
read_parts(const struct parts *parts, struct mapping_rule *rule,
    struct option_error *why)
{
	enum err e = parts->is_expression
	    ? pattern_new(&rule->pattern, parts->pattern, why)
	    : stencil_read(parts->pattern, &rule->text);
	const char *problem;

	if (e == OK && parts->user != NULL)
		e = stencil_read(parts->user, &rule->user);
	if (e != OK)
		return e;
	problem = result_problem(rule);
	if (problem != NULL)
		snprintf(why->text, sizeof(why->text),
		    "the name that it gives %s", problem);
	return problem == NULL ? OK : ERR_CONFIG;
}

static enum err
read_rule(const char *text, struct mapping_rule *rule, struct option_error *why)
{
	struct parts parts = {.user = NULL};
	struct option_error reason = {""};
	const char *problem = split(&parts, text);
	enum err e;

	if (problem != NULL)
		snprintf(reason.text, sizeof(reason.text), "%s", problem);
	e = problem != NULL ? ERR_CONFIG : read_parts(&parts, rule, &reason);
	if (e == ERR_CONFIG)
		snprintf(why->text, sizeof(why->text), "\"%.*s\": %.*s",
		    RULE_SHOWN, text, (int)sizeof(why->text) - RULE_SHOWN - 8,
		    reason.text);
	return e;
}

enum err
mapping_new(
    struct mapping **out, const struct texts *rules, struct option_error *why)
{
	size_t count = rules != NULL ? rules->count : 0;
	auto_free(mapping) struct mapping *mapping =
	    calloc(1, sizeof(*mapping) + count * sizeof(*mapping->rules));
	enum err e = mapping != NULL ? OK : ERR_NO_MEMORY;

	for (size_t i = 0; i < count && e == OK; i++) {
		mapping->count++;
		e = read_rule(rules->item[i], &mapping->rules[i], why);
	}
	if (e == OK)
		*out = TAKE(mapping);
	return e;
}

void
mapping_free(struct mapping *mapping)
{
	if (mapping == NULL)
		return;
	for (size_t i = 0; i < mapping->count; i++) {
		pattern_free(mapping->rules[i].pattern);
		stencil_clear(&mapping->rules[i].text);
		stencil_clear(&mapping->rules[i].user);
	}
	free(mapping);
}

/* ERR_NOT_FOUND when the rule is not about this claim. */
static enum err
match(const struct mapping_rule *rule, const char *claim, const char **part,
    size_t *size)
{
	if (rule->pattern != NULL)
		return pattern_match(rule->pattern, claim, part, size);
	return stencil_match(&rule->text, claim, part, size) ? OK
							     : ERR_NOT_FOUND;
}

static enum err
take_name(const struct mapping_rule *rule, const char *part, size_t size,
    char user[MAPPING_USER_MAX + 1])
{
	static const struct stencil itself = {"", ""};
	const struct stencil *form =
	    rule != NULL && has_user(rule) ? &rule->user : &itself;
	char name[MAPPING_USER_MAX + 1];

	if (!stencil_fill(form, part, size, name, sizeof(name)) ||
	    user_name_problem(name) != NULL)
		return ERR_WRONG_USER;
	memcpy(user, name, strlen(name) + 1);
	return OK;
}

enum err
mapping_apply(const struct mapping *mapping, const char *claim,
    char user[MAPPING_USER_MAX + 1])
{
	if (mapping->count == 0)
		return take_name(NULL, claim, strlen(claim), user);
	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_rule *rule = &mapping->rules[i];
		const char *part;
		size_t size;
		enum err e = match(rule, claim, &part, &size);

		if (e == OK)
			return take_name(rule, part, size, user);
		if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_WRONG_USER;
}
