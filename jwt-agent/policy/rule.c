/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/rule.h"
#include "jwt-agent/policy/line.h"
#include "jwt-agent/policy/requirement.h"
#include "jwt-agent/policy/step.h"

#include <inttypes.h>

static void
wanted_list(const struct rule *rule, struct trail *trail)
{
	step_wanted(
	    trail, (const char *const *)rule->list->item, rule->list->count);
}

/* Whether a value, which may be NULL, is one of the list. */
static enum err
check_among(const struct rule *rule, const char *name, const char *value,
    struct trail *trail)
{
	wanted_list(rule, trail);
	if (value == NULL) {
		step_found_absent(trail);
		trail_note(trail, "%s is absent", name);
		return ERR_POLICY_DENIED;
	}
	trail_found(trail, value);
	trail_note(trail, "%s ", name);
	trail_quote(trail, value);
	if (texts_has(rule->list, value))
		return OK;
	trail_note(trail, " is none that this service accepts");
	return ERR_POLICY_DENIED;
}

enum err
rule_issuers(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	return check_among(rule, "issuer", subject->issuer, trail);
}

enum err
rule_users(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	return check_among(rule, "user", subject->user, trail);
}

enum err
rule_acr(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	const char *acr = NULL;
	enum err e = claims_str(subject->claims, "acr", &acr);

	if (e == ERR_INVALID_CLAIM) {
		wanted_list(rule, trail);
		trail_note(trail, "acr is no string, or an empty one");
		return ERR_POLICY_DENIED;
	}
	return check_among(rule, "acr", acr, trail);
}

static enum err
check_item(const struct rule *rule, enum err e, const char *item,
    const struct requirement_value *value, struct trail *trail)
{
	step_found(trail, value);
	if (e == OK)
		return OK;
	step_wanted(trail, &item, 1);
	trail_note(trail, "%s asks for ", rule->key.key);
	trail_quote(trail, item);
	trail_note(trail, ", the token has ");
	if (value->is_there)
		trail_quote(trail, value->text);
	else
		trail_note(trail, "nothing there");
	return e;
}

enum err
rule_claims(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	char text[TRAIL_VALUE_SIZE] = "";
	struct line all = {.text = text, .size = sizeof(text)};
	struct requirement_value value = {.is_there = false};
	enum err e = OK;

	wanted_list(rule, trail);
	for (size_t i = 0; i < rule->list->count && e == OK; i++) {
		const char *item = rule->list->item[i];

		e = requirement_check(subject->claims, item, &value);
		e = check_item(rule, e, item, &value, trail);
		if (i > 0)
			line_add(&all, ", ");
		line_add(&all, value.text);
	}
	if (e == OK)
		trail_found(trail, text);
	return e;
}

enum err
rule_groups(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	const char *path = subject->groups_claim != NULL ? subject->groups_claim
							 : POLICY_GROUPS_CLAIM;
	struct requirement_value value = {.is_there = false};
	enum err e = OK;

	wanted_list(rule, trail);
	for (size_t i = 0; i < rule->list->count && e == OK; i++) {
		const char *item = rule->list->item[i];

		e = group_check(subject->claims, path, item, &value);
		e = check_item(rule, e, item, &value, trail);
	}
	return e;
}

enum err
rule_amr(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	struct requirement_value value = {.is_there = false};
	enum err e = OK;

	wanted_list(rule, trail);
	for (size_t i = 0; i < rule->list->count && e == OK; i++) {
		const char *item = rule->list->item[i];

		e = member_check(subject->claims, "amr", item, &value);
		e = check_item(rule, e, item, &value, trail);
	}
	return e;
}

/* `then` is the time that the claim gives. */
static enum err
check_age(const struct rule *rule, const char *claim, int64_t then, int64_t now,
    struct trail *trail)
{
	int64_t age = now - then;

	trail_found_number(trail, then);
	if (age < -POLICY_FUTURE_LEEWAY) {
		trail_note(trail, "%s lies %" PRId64 " s ahead", claim, -age);
		return ERR_POLICY_DENIED;
	}
	trail_note(trail, "%s was %" PRId64 " s ago", claim, age);
	if (age <= rule->seconds)
		return OK;
	trail_note(trail, ", longer than %" PRId64 " s", rule->seconds);
	return ERR_POLICY_DENIED;
}

enum err
rule_auth_age(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	int64_t then = 0;
	enum err e = claims_num(subject->claims, "auth_time", &then);

	trail_wanted(trail, "at most %" PRId64 " s ago", rule->seconds);
	if (e == OK)
		return check_age(rule, "auth_time", then, subject->now, trail);
	if (e == ERR_NOT_FOUND)
		step_found_absent(trail);
	trail_note(trail,
	    e == ERR_NOT_FOUND ? "auth_time is absent"
			       : "auth_time is not a time");
	return err_is_fault(e) ? e : ERR_POLICY_DENIED;
}

enum err
rule_token_age(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail)
{
	trail_wanted(trail, "at most %" PRId64 " s ago", rule->seconds);
	if (subject->issued != 0)
		return check_age(
		    rule, "iat", subject->issued, subject->now, trail);
	step_found_absent(trail);
	trail_note(trail, "iat is absent");
	return ERR_POLICY_DENIED;
}
