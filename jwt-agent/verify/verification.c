/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/verification.h"

#include <inttypes.h>
#include <string.h>

#define WORDS_MAX 64 /* bytes shown of a list from the configuration */

void
verification_rule(struct verification *v, const char *key)
{
	if (!v->found.issuer->local)
		trail_rule(v->trail, "issuer", key);
	else if (strcmp(key, "issuer") == 0 || strcmp(key, "audience") == 0)
		trail_rule(v->trail, "token", key);
	else
		trail_rule(v->trail, NULL, NULL);
}

/* Before what the token says of its time: that its issuer has ended is what a
 * person can act on, also when the token is old. */
enum err
verification_until(struct verification *v)
{
	const struct issuer *issuer = v->found.issuer;

	verification_rule(v, "accept_until");
	if (trail_until(
		v->trail, "issuer", issuer->name, issuer->until, v->now) ||
	    v->input->even_ended)
		return OK;
	return ERR_ISSUER_ENDED;
}

static enum err
invalid_claim(struct verification *v, const char *name, enum err e)
{
	if (e == ERR_NOT_FOUND)
		trail_note(v->trail, "the claim %s is missing", name);
	if (e == ERR_INVALID_CLAIM)
		trail_note(v->trail, "the claim %s is not valid", name);
	return e == ERR_NOT_FOUND ? ERR_INVALID_CLAIM : e;
}

static enum err
read_user(struct verification *v)
{
	const char *name = v->found.issuer->user_claim;
	enum err e;

	if (name == NULL)
		name = ISSUER_USER_CLAIM;
	verification_rule(v, "user_claim");
	trail_wanted(v->trail, "%s", name);
	e = claims_find_str(v->found.claims, name, &v->found.user);
	if (e != OK)
		return invalid_claim(v, name, e);
	trail_found(v->trail, v->found.user);
	trail_note(v->trail, "%s is ", name);
	trail_quote(v->trail, v->found.user);
	return OK;
}

/* The strings that whoever uses a verified token relies on. What others mean
 * by `did` and `fam` is nothing to us. */
static enum err
read_names(struct verification *v)
{
	const struct {
		const char *name;
		const char **out;
		bool only_ours;
	} names[] = {
	    {"sub", &v->found.subject, false},
	    {"jti", &v->found.jti, false},
	    {"did", &v->found.device, true},
	    {"fam", &v->found.family, true},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		enum err e;

		if (names[i].only_ours && !v->found.issuer->local)
			continue;
		e = claims_str(v->found.claims, names[i].name, names[i].out);
		if (e != OK && e != ERR_NOT_FOUND) {
			trail_rule(v->trail, NULL, NULL);
			return invalid_claim(v, names[i].name, e);
		}
	}
	return OK;
}

enum err
verification_claims(struct verification *v)
{
	enum err e = read_names(v);

	return e == OK ? read_user(v) : e;
}

static enum err
check_expiry(struct verification *v)
{
	const struct issuer *issuer = v->found.issuer;
	int64_t *expires = &v->found.expires;
	enum err e = claims_num(v->found.claims, "exp", expires);

	if (e != OK)
		return invalid_claim(v, "exp", e);
	verification_rule(v, "leeway");
	trail_found_number(v->trail, *expires);
	trail_wanted(v->trail, "exp after %" PRId64, v->now - issuer->leeway);
	/* RFC 7519 section 4.1.4: "on or after" is expired */
	if (v->now - issuer->leeway < *expires)
		return OK;
	trail_note(
	    v->trail, "expired %" PRId64 " seconds ago", v->now - *expires);
	return ERR_EXPIRED;
}

static enum err
begins_later(struct verification *v, const char *name, int64_t begins)
{
	/* how far clocks may differ is not to be configured */
	trail_rule(v->trail, NULL, NULL);
	trail_found_number(v->trail, begins);
	trail_wanted(v->trail, "%s at most %" PRId64, name,
	    v->now + v->found.issuer->future_leeway);
	trail_note(v->trail, "%s is %" PRId64 " seconds in the future", name,
	    begins - v->now);
	return ERR_NOT_YET_VALID;
}

/* Sets `out` when the claim is there, and refuses it in the future. */
static enum err
check_begin(struct verification *v, const char *name, int64_t *out)
{
	enum err e = claims_num(v->found.claims, name, out);

	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK) {
		trail_rule(v->trail, NULL, NULL);
		return invalid_claim(v, name, e);
	}
	if (*out - v->found.issuer->future_leeway <= v->now)
		return OK;
	return begins_later(v, name, *out);
}

enum err
verification_times(struct verification *v)
{
	int64_t begins = 0, issued = 0;
	enum err e = check_expiry(v);

	if (e == OK)
		e = check_begin(v, "nbf", &begins);
	if (e == OK)
		e = check_begin(v, "iat", &issued);
	if (e != OK)
		return e;
	v->found.issued = issued;
	trail_note(
	    v->trail, "%" PRId64 " seconds left", v->found.expires - v->now);
	return OK;
}

enum err
verification_lifetime(struct verification *v)
{
	int64_t longest = v->found.issuer->max_lifetime, issued = 0, lifetime;
	enum err e;

	if (longest == 0) {
		trail_note(v->trail, "any");
		return OK;
	}
	verification_rule(v, "max_lifetime");
	trail_wanted(v->trail, "at most %" PRId64, longest);
	e = claims_num(v->found.claims, "iat", &issued);
	if (e != OK)
		return invalid_claim(v, "iat", e);
	lifetime = v->found.expires - issued;
	trail_found_number(v->trail, lifetime);
	trail_note(v->trail, "lives %" PRId64 " seconds", lifetime);
	if (lifetime <= longest)
		return OK;
	trail_note(v->trail, ", at most %" PRId64, longest);
	return ERR_LIFETIME_TOO_LONG;
}

/* `aud` as it may be shown: the text, or the list as JSON. */
static void
note_audience(struct verification *v)
{
	json_t *aud = NULL;
	auto_str char *text = NULL;

	if (v->trail == NULL || claims_json(v->found.claims, "aud", &aud) != OK)
		return;
	if (json_is_string(aud))
		trail_found(v->trail, json_string_value(aud));
	else
		text = json_dumps(aud, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text != NULL)
		trail_found(v->trail, text);
	json_decref(aud);
}

static void
want_one_of(struct trail *trail, const struct texts *texts)
{
	char words[WORDS_MAX] = "";
	size_t used = 0;

	if (trail == NULL)
		return;
	for (size_t i = 0; texts != NULL && i < texts->count; i++) {
		int more = snprintf(words + used, sizeof(words) - used, "%s%s",
		    i == 0 ? "" : ", ", texts->item[i]);

		if (more < 0 || (size_t)more >= sizeof(words) - used)
			break;
		used += (size_t)more;
	}
	trail_wanted(trail, "%s", words);
}

const struct texts verify_any_audience;

static const struct texts *
wanted_audience(struct verification *v)
{
	const struct texts *audience = v->input->audience;

	if (audience != NULL && audience->count > 0) {
		trail_rule(v->trail, "service", "audience");
		return audience;
	}
	verification_rule(v, "audience");
	return v->found.issuer->audience;
}

enum err
verification_audience(struct verification *v)
{
	const struct texts *audience = wanted_audience(v);
	enum err e = v->input->audience == &verify_any_audience
	    ? OK
	    : claims_audience_has(v->found.claims, audience);

	want_one_of(v->trail, audience);
	note_audience(v);
	if (e == ERR_INVALID_CLAIM)
		return invalid_claim(v, "aud", e);
	if (e == ERR_WRONG_AUDIENCE)
		trail_note(v->trail, "not for ");
	for (size_t i = 0; audience != NULL && i < audience->count; i++) {
		trail_note(v->trail, i == 0 ? "" : ", ");
		trail_quote(v->trail, audience->item[i]);
	}
	return e;
}
