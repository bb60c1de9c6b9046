/* SPDX-License-Identifier: BSD-3-Clause */

/* What a verification says beside its verdict. */

#include "base/fields.h"
#include "tests/verify/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct world world;

#define ES "{'alg':'ES256','kid':'@es','typ':'at+jwt'}"

static void
round_trip(void **state)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_free(secret) struct secret *token = NULL;
	auto_clear(verified) struct verified verified = {0};
	struct verify_input input = {.audience = &for_ssh};
	struct trail trail = {0};
	static const char *const names[] = {"size", "header", "issuer", "key",
	    "signature", "claims", "times", "lifetime", "audience"};

	(void)state;
	assert_int_equal(claims_new(&claims), OK);
	assert_int_equal(claims_set_str(claims, "iss", LOCAL), OK);
	assert_int_equal(claims_set_str(claims, "sub", "alice"), OK);
	assert_int_equal(claims_set_str(claims, "aud", "ssh"), OK);
	assert_int_equal(claims_set_str(claims, "jti", "j"), OK);
	assert_int_equal(claims_set_str(claims, "did", "d"), OK);
	assert_int_equal(claims_set_str(claims, "fam", "f"), OK);
	assert_int_equal(claims_set_num(claims, "exp", NOW + 900), OK);
	assert_int_equal(claims_set_num(claims, "iat", NOW), OK);
	assert_int_equal(
	    sign_token(world.es, TYP_ACCESS_TOKEN, claims, &token), OK);
	assert_true(secret_size(token) < 600);
	input.token = secret_text(token);
	input.size = secret_size(token);
	assert_int_equal(verify_token(&input, world.issuers, WORLD_ISSUERS, NOW,
			     &trail, &verified),
	    OK);
	assert_string_equal(verified.user, "alice");
	assert_string_equal(verified.jti, "j");
	assert_string_equal(verified.device, "d");
	assert_string_equal(verified.family, "f");
	assert_int_equal(verified.expires, NOW + 900);
	assert_int_equal(verified.issued, NOW);
	assert_ptr_equal(verified.issuer, &world.local);
	assert_int_equal(trail.count, 9);
	for (size_t i = 0; i < trail.count; i++) {
		assert_string_equal(trail.steps[i].step, names[i]);
		assert_true(trail.steps[i].ok);
	}
}

static void
foreign_tokens_lack_our_claims(void **state)
{
	auto_str char *token = forge(&world, "{'alg':'ES256'}",
	    "{'iss':'" LOCAL "','sub':'alice','aud':['ssh'],"
	    "'exp':1767226500.9}",
	    world.es);
	struct verify_input input = {
	    token, strlen(token), false, &for_ssh, false};
	auto_clear(verified) struct verified verified = {0};

	(void)state;
	assert_int_equal(verify_token(&input, world.issuers, WORLD_ISSUERS, NOW,
			     NULL, &verified),
	    OK);
	assert_null(verified.jti);
	assert_null(verified.device);
	assert_null(verified.family);
	assert_int_equal(verified.issued, 0);
	assert_int_equal(verified.expires, 1767226500);
}

static void
refusal_leaves_nothing(void **state)
{
	auto_str char *token =
	    forge(&world, ES, "{'iss':'" LOCAL "'}", world.es);
	struct verify_input input = {
	    token, strlen(token), false, &for_ssh, false};
	struct verified verified = {.user = "untouched"};
	struct trail trail = {0};

	(void)state;
	assert_int_equal(verify_token(&input, world.issuers, WORLD_ISSUERS, NOW,
			     &trail, &verified),
	    ERR_INVALID_CLAIM);
	assert_string_equal(verified.user, "untouched");
	assert_null(verified.claims);
	assert_ptr_equal(verified.issuer, &world.local);
	assert_int_equal(trail.count, 6);
	assert_string_equal(trail.steps[5].step, "claims");
	assert_false(trail.steps[5].ok);
	assert_string_equal(trail.steps[5].detail, "the claim sub is missing");
}

/* The issuer is known when its keys may have to be fetched, and not before. */
static void
issuer_of_what_fails(void **state)
{
	static const struct {
		const char *header, *payload;
		enum err expected;
		bool known;
	} rows[] = {
	    {"{'alg':'ES256','kid':'new'}", "{'iss':'" LOCAL "'}",
		ERR_UNKNOWN_KEY, true},
	    {"{'alg':'RS256'}", "{'iss':'" TWINS "'}", ERR_ALGORITHM_REFUSED,
		true},
	    {"{'alg':'ES256'}", "{'iss':'x'}", ERR_UNKNOWN_ISSUER, false},
	    {"{'alg':'none'}", "{'iss':'" LOCAL "'}", ERR_UNSIGNED, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_str char *token =
		    forge(&world, rows[i].header, rows[i].payload, world.es);
		struct verify_input input = {
		    token, strlen(token), false, &for_ssh, false};
		struct verified verified = {0};

		assert_int_equal(verify_token(&input, world.issuers,
				     WORLD_ISSUERS, NOW, NULL, &verified),
		    rows[i].expected);
		assert_int_equal(verified.issuer != NULL, rows[i].known);
		assert_null(verified.claims);
	}
}

#define BROAD_TOKEN(more)                                                      \
	"{'iss':'" BROAD "','exp':1767226500,'account':{'name':'alice'}" more  \
	"}"

/* A token of another issuer names its user elsewhere, and no device. */
static void
names_of_a_stranger(void **state)
{
	auto_str char *token = forge(&world, "{'alg':'RS256'}",
	    BROAD_TOKEN(",'aud':'x','sub':'17','jti':'j','did':'d','fam':'f'"),
	    world.other);
	char *item[] = {"y", "x"};
	const struct texts audience = {2, item};
	struct verify_input input = {
	    token, strlen(token), false, &audience, false};
	auto_clear(verified) struct verified verified = {0};

	(void)state;
	assert_int_equal(verify_token(&input, world.issuers, WORLD_ISSUERS, NOW,
			     NULL, &verified),
	    OK);
	assert_string_equal(verified.user, "alice");
	assert_string_equal(verified.subject, "17");
	assert_string_equal(verified.jti, "j");
	assert_null(verified.device);
	assert_null(verified.family);
	assert_ptr_equal(verified.issuer, &world.broad);
}

/* The service's audience, and that of the issuer where it has none. */
static void
whose_audience(void **state)
{
	static const struct {
		const char *aud;
		const struct texts *service;
		const char *section;
		enum err expected;
	} rows[] = {
	    {",'aud':'ssh'", &for_ssh, "service", OK},
	    {",'aud':'wide'", &for_ssh, "service", ERR_WRONG_AUDIENCE},
	    {",'aud':'wide'", NULL, "issuer", OK},
	    {",'aud':['x','broad']", NULL, "issuer", OK},
	    {",'aud':'ssh'", NULL, "issuer", ERR_WRONG_AUDIENCE},
	    {"", NULL, "issuer", ERR_WRONG_AUDIENCE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_str char *payload = NULL;
		auto_str char *token = NULL;
		auto_clear(verified) struct verified verified = {0};
		struct verify_input input = {.audience = rows[i].service};
		struct trail trail = {0};
		const struct trail_step *last;

		assert_true(
		    asprintf(&payload, BROAD_TOKEN("%s"), rows[i].aud) > 0);
		token = forge(&world, "{'alg':'RS256'}", payload, world.other);
		input.token = token;
		input.size = strlen(token);
		assert_int_equal(verify_token(&input, world.issuers,
				     WORLD_ISSUERS, NOW, &trail, &verified),
		    rows[i].expected);
		last = &trail.steps[trail.count - 1];
		assert_string_equal(last->step, "audience");
		assert_string_equal(last->rule.section, rows[i].section);
		assert_string_equal(last->rule.key, "audience");
		assert_string_equal(last->wanted,
		    rows[i].service != NULL ? "ssh" : "broad, wide");
	}
}

/* What decided, what was found and what was wanted. */
static void
rules(void **state)
{
	static const struct {
		const char *header, *payload;
		const struct key *const *key;
		const char *section, *rule, *found, *wanted;
	} rows[] = {
	    {"{'alg':'ES384'}", "{}", (const struct key *const *)&world.es,
		"issuer", "algorithms", "\"ES384\"", ""},
	    {"{'alg':'ES256'}", "{'iss':'" OTHER "'}",
		(const struct key *const *)&world.es, "issuer", "algorithms",
		"\"ES256\"", NULL},
	    {"{'alg':'ES256'}", "{'iss':'x'}",
		(const struct key *const *)&world.es, "issuer", "issuer",
		"\"x\"", "a configured issuer"},
	    {"{'alg':'RS256','kid':'k'}", "{'iss':'" OTHER "'}",
		(const struct key *const *)&world.rs, "issuer", "keys", "\"k\"",
		"a key of other for RS256"},
	    {"{'alg':'RS256'}", "{'iss':'" BROAD "','sub':'a'}",
		(const struct key *const *)&world.other, "issuer", "user_claim",
		"", "account.name"},
	    {"{'alg':'RS256'}", "{'iss':'" OTHER "','sub':'a','exp':100}",
		(const struct key *const *)&world.other, "issuer", "leeway",
		"100", "exp after 1767225600"},
	    {"{'alg':'RS256'}",
		"{'iss':'" OTHER "','sub':'a','exp':1767226500,'iat':0}",
		(const struct key *const *)&world.other, "issuer",
		"max_lifetime", "1767226500", "at most 3600"},
	    {"{'alg':'ES256'}",
		"{'iss':'" LOCAL "','sub':'a','exp':1767226500,'aud':['b']}",
		(const struct key *const *)&world.es, "service", "audience",
		"\"[\\x22b\\x22]\"", "ssh"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_str char *token = forge(
		    &world, rows[i].header, rows[i].payload, *rows[i].key);
		struct trail trail = {0};
		const struct trail_step *last;

		assert_int_not_equal(
		    check_trail(&world, token, false, &trail), OK);
		last = &trail.steps[trail.count - 1];
		assert_string_equal(last->rule.section, rows[i].section);
		assert_string_equal(last->rule.key, rows[i].rule);
		assert_string_equal(last->found, rows[i].found);
		if (rows[i].wanted != NULL)
			assert_string_equal(last->wanted, rows[i].wanted);
	}
}

/* What is said of this agent itself stands in [token], or nowhere. */
static void
rules_of_our_own(void **state)
{
	auto_str char *token = forge(&world, ES,
	    "{'iss':'" LOCAL "','sub':'a','aud':'ssh','exp':1767226500}",
	    world.es);
	struct verify_input input = {token, strlen(token), false, NULL, false};
	struct issuer own = world.local;
	const struct issuer *issuers[] = {&own};
	auto_clear(verified) struct verified verified = {0};
	struct trail trail = {0};

	(void)state;
	own.audience = &for_ssh;
	assert_int_equal(
	    verify_token(&input, issuers, 1, NOW, &trail, &verified), OK);
	assert_int_equal(trail.count, 9);
	for (size_t i = 0; i < trail.count; i++) {
		const struct trail_step *step = &trail.steps[i];

		if (strcmp(step->step, "issuer") == 0 ||
		    strcmp(step->step, "audience") == 0) {
			assert_string_equal(step->rule.section, "token");
			assert_string_equal(step->rule.key, step->step);
		} else {
			assert_null(step->rule.section);
		}
	}
}

static enum err
ask_of_ending(const char *payload, const struct key *key, int64_t until,
    bool even_ended, struct trail *trail)
{
	auto_str char *token = forge(&world, "{'alg':'RS256'}", payload, key);
	struct verify_input input = {
	    token, strlen(token), false, &for_ssh, even_ended};
	struct issuer ending = world.others;
	const struct issuer *issuers[] = {&ending};
	auto_clear(verified) struct verified verified = {0};

	ending.until = until;
	*trail = (struct trail){0};
	return verify_token(&input, issuers, 1, NOW, trail, &verified);
}

#define OF_OTHER(claims)                                                       \
	"{'iss':'" OTHER "','aud':'ssh','iat':1767225500" claims "}"
#define GOOD ",'sub':'a','exp':1767226500"

/* An issuer that has ended is told behind the signature, and before all that a
 * token may be refused for. */
static void
an_issuer_ends(void **state)
{
	static const struct {
		const char *payload;
		int64_t until;
		bool even_ended;
		enum err expected;
		size_t steps;
	} rows[] = {
	    {OF_OTHER(GOOD), 0, false, OK, 9},
	    {OF_OTHER(GOOD), NOW + 1, false, OK, 10},
	    {OF_OTHER(GOOD), NOW, false, ERR_ISSUER_ENDED, 6},
	    {OF_OTHER(GOOD), NOW - 9999, false, ERR_ISSUER_ENDED, 6},
	    {OF_OTHER(GOOD), NOW, true, OK, 10},
	    {OF_OTHER(",'sub':'a','exp':1767225599"), NOW, false,
		ERR_ISSUER_ENDED, 6},
	    {OF_OTHER(",'sub':'a','exp':1767225599"), NOW + 1, false,
		ERR_EXPIRED, 8},
	    {OF_OTHER(",'sub':'a','exp':1767225599"), NOW, true, ERR_EXPIRED,
		8},
	    {OF_OTHER(",'exp':1767226500"), NOW, false, ERR_ISSUER_ENDED, 6},
	    {"{'iss':'" OTHER "','aud':'other','exp':1}", NOW, false,
		ERR_ISSUER_ENDED, 6},
	};
	struct trail trail;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(ask_of_ending(rows[i].payload, world.other,
				     rows[i].until, rows[i].even_ended, &trail),
		    rows[i].expected);
		assert_int_equal(trail.count, rows[i].steps);
	}
	assert_string_equal(trail.steps[5].step, "until");
	assert_string_equal(trail.steps[5].rule.section, "issuer");
	assert_string_equal(trail.steps[5].rule.key, "accept_until");
	assert_non_null(
	    strstr(trail.steps[5].detail, "ended 2026-01-01T00:00:00Z"));
	/* who has no good signature is told nothing of it */
	assert_int_equal(
	    ask_of_ending(OF_OTHER(GOOD), world.rs, NOW, false, &trail),
	    ERR_BAD_SIGNATURE);
	assert_int_equal(trail.count, 5);
}

/* As many keys as may be tried, and one more. */
static void
keys_to_try(void **state)
{
	const struct key *keys[KEY_TRIES_MAX + 1];
	const struct key *found[KEY_TRIES_MAX];
	struct issuer issuer = {.name = "many", .keys = keys};
	const struct algorithm *es256 = algorithm_find("ES256");
	const struct algorithm *rs256 = algorithm_find("RS256");

	(void)state;
	for (size_t i = 0; i <= KEY_TRIES_MAX; i++)
		keys[i] = world.es;
	assert_int_equal(issuer_keys(&issuer, es256, NULL, found), 0);
	issuer.key_count = KEY_TRIES_MAX;
	assert_int_equal(
	    issuer_keys(&issuer, es256, NULL, found), KEY_TRIES_MAX);
	assert_int_equal(issuer_keys(&issuer, es256, key_kid(world.es), found),
	    KEY_TRIES_MAX);
	assert_int_equal(issuer_keys(&issuer, rs256, NULL, found), 0);
	issuer.key_count = KEY_TRIES_MAX + 1;
	assert_int_equal(issuer_keys(&issuer, es256, NULL, found), 0);
	assert_int_equal(
	    issuer_keys(&issuer, es256, key_kid(world.es), found), 0);
	/* a name that is given stands before keys that have none */
	keys[1] = world.pem[1];
	assert_int_equal(issuer_keys(&issuer, es256, "other", found), 1);
	assert_ptr_equal(found[0], world.pem[1]);
	keys[2] = world.twin;
	assert_int_equal(
	    issuer_keys(&issuer, es256, key_kid(world.twin), found), 1);
	assert_ptr_equal(found[0], world.twin);
}

static void
no_audience_is_no_audience(void **state)
{
	auto_str char *token = forge(&world, ES,
	    "{'iss':'" LOCAL "','sub':'alice','aud':'','exp':1767226500}",
	    world.es);
	char *nothing[] = {"", ""};
	const struct texts empty = {2, nothing}, none = {0};
	struct verify_input input = {
	    token, strlen(token), false, &empty, false};
	struct verified verified = {0};

	(void)state;
	assert_int_equal(verify_token(&input, world.issuers, WORLD_ISSUERS, NOW,
			     NULL, &verified),
	    ERR_WRONG_AUDIENCE);
	input.audience = &none;
	assert_int_equal(verify_token(&input, world.issuers, WORLD_ISSUERS, NOW,
			     NULL, &verified),
	    ERR_WRONG_AUDIENCE);
	input.audience = NULL;
	assert_int_equal(verify_token(&input, world.issuers, WORLD_ISSUERS, NOW,
			     NULL, &verified),
	    ERR_WRONG_AUDIENCE);
}

static void
no_issuers(void **state)
{
	auto_str char *token = forge(&world, ES, "{}", world.es);
	struct verify_input input = {
	    token, strlen(token), false, &for_ssh, false};
	struct verified verified = {0};

	(void)state;
	assert_int_equal(verify_token(&input, NULL, 0, NOW, NULL, &verified),
	    ERR_ALGORITHM_REFUSED);
}

/* Clocks at the far ends do not overflow anything. */
static void
odd_clocks(void **state)
{
	auto_str char *token = forge(&world, ES,
	    "{'iss':'" LOCAL "','sub':'a','aud':'ssh','exp':253402300799,"
	    "'iat':0,'nbf':0}",
	    world.es);
	struct verify_input input = {
	    token, strlen(token), false, &for_ssh, false};
	const struct {
		int64_t now;
		enum err expected;
	} clocks[] = {{-1, OK}, {-5, OK}, {-6, ERR_NOT_YET_VALID},
	    {CLAIM_DATE_MAX + 59, OK}, {CLAIM_DATE_MAX + 60, ERR_EXPIRED}};

	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		auto_clear(verified) struct verified verified = {0};

		assert_int_equal(
		    verify_token(&input, world.issuers, WORLD_ISSUERS,
			clocks[i].now, NULL, &verified),
		    clocks[i].expected);
	}
}

/* Text from a token is escaped and cut; no detail holds the signature. */
static void
details_are_tame(void **state)
{
	auto_str char *token = NULL;
	struct trail trail = {0};
	const char *detail;

	(void)state;
	token = forge(&world, ES,
	    "{'iss':'\\n\\u001b[31m\\u0085\\\\x\\\"0123456789012345678901234"
	    "56789012345678901234567890123456789012345678901234567890'}",
	    world.es);
	assert_int_equal(
	    check_trail(&world, token, false, &trail), ERR_UNKNOWN_ISSUER);
	detail = trail.steps[2].detail;
	assert_non_null(strstr(detail, "\\x0a\\x1b[31m\\xc2\\x85\\x5cx\\x22"));
	assert_non_null(strstr(detail, "...\""));
	for (const char *c = detail; *c != '\0'; c++)
		assert_in_range(*c, ' ', '~');
	assert_null(strstr(detail, strrchr(token, '.') + 1));
}

static void
trail_is_bounded(void **state)
{
	struct trail trail = {0};
	char text[400];

	(void)state;
	memset(text, 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	trail_note(&trail, "before any step");
	trail_quote(&trail, text);
	trail_close(&trail, OK);
	assert_int_equal(trail.count, 0);
	for (size_t i = 0; i < TRAIL_STEPS_MAX + 3; i++) {
		trail_open(&trail, "step");
		trail_quote(&trail, text);
		trail_quote(&trail, text);
		trail_close(&trail, ERR_EXPIRED);
	}
	assert_int_equal(trail.count, TRAIL_STEPS_MAX);
	assert_int_equal(strlen(trail.steps[3].detail), TRAIL_DETAIL_SIZE - 1);
	trail = (struct trail){0};
	trail_open(&trail, "step");
	trail_close(&trail, ERR_EXPIRED);
	assert_string_equal(trail.steps[0].detail, err_text(ERR_EXPIRED));
	trail_open(NULL, "step");
	trail_note(NULL, "x");
	trail_quote(NULL, "x");
	trail_close(NULL, OK);
}

/* A token that we could not read ourselves is not made. */
static void
too_large_to_sign(void **state)
{
	auto_free(claims) struct claims *claims = NULL;
	auto_free(secret) struct secret *token = NULL;
	auto_str char *text = malloc(TOKEN_SIZE_MAX);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', TOKEN_SIZE_MAX);
	text[TOKEN_SIZE_MAX - 1] = '\0';
	assert_int_equal(claims_new(&claims), OK);
	assert_int_equal(claims_set_str(claims, "x", text), OK);
	assert_int_equal(
	    sign_token(world.es, "JWT", claims, &token), ERR_INTERNAL);
	assert_null(token);
}

/* jws_read() does not ask what the parts say. */
static void
payload_need_not_be_json(void **state)
{
	static const char token[] = "eA.AAEC.";
	auto_clear(jws) struct jws jws = {0};

	(void)state;
	assert_int_equal(jws_read(token, sizeof(token) - 1, NULL, &jws), OK);
	assert_int_equal(jws.header_size, 1);
	assert_int_equal(jws.payload_size, 3);
	assert_memory_equal(jws.payload, "\0\1\2", 4);
	assert_int_equal(jws.signature_size, 0);
	assert_ptr_equal(jws.input, token);
	assert_int_equal(jws.input_size, 7);
}

static int
open_world(void **state)
{
	(void)state;
	world_open(&world);
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(foreign_tokens_lack_our_claims),
	    cmocka_unit_test(refusal_leaves_nothing),
	    cmocka_unit_test(issuer_of_what_fails),
	    cmocka_unit_test(names_of_a_stranger),
	    cmocka_unit_test(whose_audience),
	    cmocka_unit_test(rules),
	    cmocka_unit_test(rules_of_our_own),
	    cmocka_unit_test(an_issuer_ends),
	    cmocka_unit_test(keys_to_try),
	    cmocka_unit_test(no_audience_is_no_audience),
	    cmocka_unit_test(no_issuers),
	    cmocka_unit_test(odd_clocks),
	    cmocka_unit_test(details_are_tame),
	    cmocka_unit_test(trail_is_bounded),
	    cmocka_unit_test(too_large_to_sign),
	    cmocka_unit_test(payload_need_not_be_json),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
