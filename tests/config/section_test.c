/* SPDX-License-Identifier: BSD-3-Clause */
/* Every key of issuers and services: taken, refused, inherited. */
#include "tests/config/loaded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ISSUER "[issuer corp]\nissuer = corp\n"

static void
assert_texts(const struct texts *texts, const char *const expected[])
{
	size_t count = 0;

	for (; expected[count] != NULL; count++) {
		assert_true(count < texts->count);
		assert_string_equal(texts->item[count], expected[count]);
	}
	assert_int_equal(texts->count, count);
}

static void
test_issuer_defaults(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	const struct issuer_config *issuer;

	(void)state;
	loaded_new(&loaded);
	loaded_read(&loaded,
	    "[token]\naudience = here\n[issuer corp]\nissuer = i\n" KEYS);
	assert_int_equal(loaded.config->issuer_count, 1);
	issuer = &loaded.config->issuers[0];
	assert_string_equal(issuer->name, "corp");
	assert_string_equal(issuer->issuer, "i");
	assert_texts(&issuer->keys_file, TEXTS("/k"));
	assert_null(issuer->jwks_url);
	assert_false(issuer->discovery);
	assert_null(issuer->ca_file);
	assert_int_equal(issuer->keys_min_age, 0);
	assert_int_equal(issuer->keys_max_age, 0);
	assert_null(issuer->secret_file);
	assert_texts(&issuer->algorithms,
	    TEXTS("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256",
		"PS384", "PS512", "EdDSA"));
	assert_texts(&issuer->audience, TEXTS("here"));
	assert_int_equal(issuer->max_lifetime, 0);
	assert_int_equal(issuer->leeway, 60);
	assert_string_equal(issuer->user_claim, "sub");
	assert_int_equal(issuer->username_map.count, 0);
	assert_int_equal(issuer->require_claims.count, 0);
	assert_string_equal(issuer->groups_claim, "groups");
}

static void
test_issuer_keys(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	const struct issuer_config *issuer;

	(void)state;
	loaded_new(&loaded);
	loaded_read(&loaded,
	    "[issuer A-z_0.9]\nissuer = https://idp.test/a\n"
	    "jwks_url = http://127.0.0.1:80/k\nca_file = /ca\n"
	    "keys_min_age = 1\nkeys_max_age = 365d\n"
	    "algorithms = PS256,RS256\naudience = a, b\naudience = c\n"
	    "max_lifetime = 1h\nleeway = 10m\nuser_claim = uid\n"
	    "username_map = {user}@a, b -> x\nusername_map = /a(b)|c/ -> d\n"
	    "require_claims = a, b=c, d=e|f=g\n"
	    "groups_claim = realm_access.roles\n"
	    "[issuer two]\nissuer = 2\nkeys_file = /a, /b\nkeys_file = /c\n"
	    "[issuer three]\nissuer = https://3.test\ndiscovery = yes\n"
	    "[issuer four]\nissuer = 4\nsecret_file = /s\n"
	    "algorithms = HS256, HS384, HS512\ndiscovery = no\n");
	assert_int_equal(loaded.config->issuer_count, 4);
	issuer = &loaded.config->issuers[0];
	assert_string_equal(issuer->name, "A-z_0.9");
	assert_string_equal(issuer->jwks_url, "http://127.0.0.1:80/k");
	assert_string_equal(issuer->ca_file, "/ca");
	assert_int_equal(issuer->keys_min_age, 1);
	assert_int_equal(issuer->keys_max_age, 365 * 86400);
	assert_texts(&issuer->algorithms, TEXTS("PS256", "RS256"));
	assert_texts(&issuer->audience, TEXTS("a", "b", "c"));
	assert_int_equal(issuer->max_lifetime, 3600);
	assert_int_equal(issuer->leeway, 600);
	assert_string_equal(issuer->user_claim, "uid");
	assert_texts(
	    &issuer->username_map, TEXTS("{user}@a, b -> x", "/a(b)|c/ -> d"));
	assert_texts(&issuer->require_claims, TEXTS("a", "b=c", "d=e|f=g"));
	assert_string_equal(issuer->groups_claim, "realm_access.roles");
	assert_texts(
	    &loaded.config->issuers[1].keys_file, TEXTS("/a", "/b", "/c"));
	assert_true(loaded.config->issuers[2].discovery);
	assert_int_equal(loaded.config->issuers[2].keys_min_age, 300);
	assert_int_equal(loaded.config->issuers[2].keys_max_age, 86400);
	issuer = &loaded.config->issuers[3];
	assert_string_equal(issuer->secret_file, "/s");
	assert_texts(&issuer->algorithms, TEXTS("HS256", "HS384", "HS512"));
}

static void
test_service_defaults(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	const struct service_config *service;

	(void)state;
	loaded_new(&loaded);
	loaded_read(&loaded, "");
	assert_int_equal(loaded.config->service_count, 1);
	service = config_service(loaded.config, "sshd");
	assert_ptr_equal(service, &loaded.config->services[0]);
	assert_string_equal(service->name, "*");
	assert_int_equal(service->audience.count, 0);
	assert_int_equal(service->issuers.count, 0);
	assert_int_equal(service->users.count, 0);
	assert_int_equal(service->require_groups.count, 0);
	assert_int_equal(service->require_claims.count, 0);
	assert_int_equal(service->require_acr.count, 0);
	assert_int_equal(service->require_amr.count, 0);
	assert_int_equal(service->max_auth_age, 0);
	assert_int_equal(service->max_token_age, 0);
	assert_string_equal(service->replay, "allow");
	assert_false(service->allow_root);
	assert_int_equal(service->min_uid, 1000);
	assert_true(service->interactive);
	assert_int_equal(service->callers.count, 0);
	assert_int_equal(service->session_max, 0);
	assert_null(service->deny_message);
	assert_string_equal(service->on_expiry, "keep");
}

#define EVERY_SERVICE_KEY                                                      \
	"audience = a, b\nissuers = corp, local\nusers = amy, b.c$\n"          \
	"require_groups = g, h|i\nrequire_claims = j, k=l|m\n"                 \
	"require_acr = n, o\nrequire_amr = p\nmax_auth_age = 5m\n"             \
	"max_token_age = 1\nreplay = once\nallow_root = yes\nmin_uid = 0\n"    \
	"interactive = no\ncallers = postgres, 4294967294\n"                   \
	"session_max = 8h\ndeny_message = {sub}, not {azp}.\n"                 \
	"on_expiry = end\n"

static void
assert_every_service_key(const struct service_config *service)
{
	assert_texts(&service->audience, TEXTS("a", "b"));
	assert_texts(&service->issuers, TEXTS("corp", "local"));
	assert_texts(&service->users, TEXTS("amy", "b.c$"));
	assert_texts(&service->require_groups, TEXTS("g", "h|i"));
	assert_texts(&service->require_claims, TEXTS("j", "k=l|m"));
	assert_texts(&service->require_acr, TEXTS("n", "o"));
	assert_texts(&service->require_amr, TEXTS("p"));
	assert_int_equal(service->max_auth_age, 300);
	assert_int_equal(service->max_token_age, 1);
	assert_string_equal(service->replay, "once");
	assert_true(service->allow_root);
	assert_int_equal(service->min_uid, 0);
	assert_false(service->interactive);
	assert_texts(&service->callers, TEXTS("postgres", "4294967294"));
	assert_int_equal(service->session_max, 8 * 3600);
	assert_string_equal(service->deny_message, "{sub}, not {azp}.");
	assert_string_equal(service->on_expiry, "end");
}

static void
test_service_keys(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	const struct config *config;

	(void)state;
	loaded_new(&loaded);
	config = loaded_read(
	    &loaded, ISSUER KEYS "[service sudo]\n" EVERY_SERVICE_KEY);
	assert_every_service_key(config_service(config, "sudo"));
	assert_string_equal(config_service(config, "su")->name, "*");
	assert_string_equal(config_service(config, "su")->replay, "allow");
	assert_string_equal(config_service(config, "*")->name, "*");
}

static void
test_inheritance(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	const struct service_config *service;

	(void)state;
	loaded_new(&loaded);
	/* the order of the sections does not matter */
	loaded_read(&loaded,
	    ISSUER KEYS "[service empty]\n[service some]\nusers = zoe\n"
			"allow_root = no\nmin_uid = 7\nreplay = allow\n"
			"interactive = yes\nmax_auth_age = 9\n"
			"[service *]\n" EVERY_SERVICE_KEY);
	service = config_service(loaded.config, "empty");
	assert_string_equal(service->name, "empty");
	assert_every_service_key(service);
	service = config_service(loaded.config, "some");
	assert_string_equal(service->name, "some");
	assert_texts(&service->users, TEXTS("zoe"));
	assert_false(service->allow_root);
	assert_int_equal(service->min_uid, 7);
	assert_string_equal(service->replay, "allow");
	assert_true(service->interactive);
	assert_int_equal(service->max_auth_age, 9);
	assert_texts(&service->callers, TEXTS("postgres", "4294967294"));
	assert_int_equal(service->session_max, 8 * 3600);
}

static void
test_several_files(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	const struct issuer_config *issuer;

	(void)state;
	loaded_new(&loaded);
	assert_int_equal(
	    loaded_try(&loaded,
		"[issuer corp]\nissuer = 1\naudience = a\nleeway = 1\n"
		"[service sudo]\nusers = a, b\n"
		"[issuer corp]\naudience = b\n" KEYS,
		"[issuer corp]\nissuer = 2\naudience = c\naudience = d\n"
		"[service sudo]\nusers = c\n"),
	    OK);
	assert_int_equal(loaded.config->issuer_count, 1);
	issuer = &loaded.config->issuers[0];
	assert_string_equal(issuer->issuer, "2");
	assert_texts(&issuer->audience, TEXTS("c", "d"));
	assert_int_equal(issuer->leeway, 1);
	assert_texts(&issuer->keys_file, TEXTS("/k"));
	assert_texts(&config_service(loaded.config, "sudo")->users, TEXTS("c"));
}

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X41 X32 "xxxxxxxxx"
static void
test_headers(void **state)
{
	static const char issuer[] =
	    ":1: write [issuer NAME], with a name of 1 to 32 letters, digits, "
	    "dots, hyphens and underscores";
	static const char service[] =
	    ":1: write [service *] or [service NAME], with a name of 1 to 64 "
	    "letters, digits, dots, hyphens and underscores";
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_refused("[issuer]\n", issuer);
	loaded_refused("[issuer ]\n", issuer);
	loaded_refused("[issuer  a]\n", issuer);
	loaded_refused("[issuer a ]\n", issuer);
	loaded_refused("[issuer a b]\n", issuer);
	loaded_refused("[issuer *]\n", issuer);
	loaded_refused("[issuer a/b]\n", issuer);
	loaded_refused("[issuer \xC3\xA4]\n", issuer);
	loaded_refused("[issuer " X32 "x]\n", issuer);
	loaded_refused("[service]\n", service);
	loaded_refused("[service **]\n", service);
	loaded_refused("[service a b]\n", service);
	loaded_refused("[issuer local]\n",
	    ":1: the issuer local is the agent itself; its section is [token]");
	loaded_refused("[issuers a]\n", ":1: unknown section");
	loaded_refused("[service\ta]\n", ":1: unknown section");
	loaded_refused("[Service a]\n", ":1: unknown section");
	loaded_refused("[agent a]\n", ":1: unknown section");
	loaded_refused("[service " X41 "x]\n",
	    ":1: a section has at most 49 characters in its brackets");
	loaded_refused("[issuer a]\nmin_uid = 1\n",
	    ":2: unknown key \"min_uid\" in section [issuer a]");
	loaded_refused("[service *]\nleeway = 1\n",
	    ":2: unknown key \"leeway\" in section [service *]");
	loaded_refused("[service a]\nreplay = once\n[service b]\n"
		       "[service a]\nreplay = once\n",
	    ":5: the key is set twice in this file");
	loaded_new(&loaded);
	loaded_read(&loaded,
	    "[issuer " X32 "]\nissuer = i\n" KEYS "[service " X41 "]\n");
	assert_string_equal(loaded.config->services[1].name, X41);
}

static void
add_sections(FILE *file, const char *kind, int count)
{
	for (int i = 0; i < count; i++)
		fprintf(file, "[%s n%d]\n%s%d\n%s", kind, i,
		    kind[0] == 'i' ? "issuer = " : "min_uid = ", i + 1,
		    kind[0] == 'i' ? KEYS : "");
}

static void
assert_bound(const char *kind, int count, const char *sentence)
{
	auto_clear(loaded) struct loaded loaded;

	loaded_new(&loaded);
	for (int more = 0; more <= 1; more++) {
		auto_str char *text = NULL;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		add_sections(file, kind, count + more);
		fclose(file);
		assert_int_equal(loaded_try(&loaded, text, NULL),
		    more == 0 ? OK : ERR_CONFIG);
	}
	if (strstr(loaded.error.text, sentence) == NULL)
		fail_msg("%s", loaded.error.text);
}

static void
test_bounds_of_sections(void **state)
{
	(void)state;
	assert_bound("issuer", CONFIG_ISSUERS_MAX,
	    ":97: there are more than 32 issuers");
	/* one of them is [service *] */
	assert_bound("service", CONFIG_SERVICES_MAX - 1,
	    ":255: there are more than 128 services");
}

#define X128 X32 X32 X32 X32

static void
test_issuer_bounds(void **state)
{
	static const char *const good[] = {"keys_min_age = 1s",
	    "keys_min_age = 1d", "keys_max_age = 5m", "keys_max_age = 365d",
	    "max_lifetime = 0", "max_lifetime = 3650d", "leeway = 0",
	    "leeway = 600", "user_claim = " X128, "groups_claim = " X128,
	    "jwks_url = https://other.test"};
	static const struct {
		const char *line;
		const char *sentence;
	} bad[] = {
	    {"issuer =", "issuer= needs a value"},
	    {"keys_file = k", "keys_file=: \"k\" is no absolute path"},
	    {"keys_file = /k, k", "keys_file=: \"k\" is no absolute path"},
	    {"keys_file = /k,", "keys_file= has an empty item"},
	    {"jwks_url = http://idp.test",
		"jwks_url=: the URL is not https:// (http:// is for localhost, "
		"127.0.0.0/8 and [::1])"},
	    {"discovery = on", "discovery= takes yes or no, not \"on\""},
	    {"ca_file = ca", "ca_file= takes an absolute path, not \"ca\""},
	    {"keys_min_age = 0", "keys_min_age= takes 1 to 31536000 seconds"},
	    {"keys_min_age = 366d",
		"keys_min_age= takes 1 to 31536000 seconds"},
	    {"keys_max_age = 0", "keys_max_age= takes 1 to 31536000 seconds"},
	    {"keys_max_age = 366d",
		"keys_max_age= takes 1 to 31536000 seconds"},
	    {"secret_file = s",
		"secret_file= takes an absolute path, not \"s\""},
	    {"algorithms = ES256, none",
		"algorithms= takes ES256|ES384|ES512|RS256|RS384|RS512|PS256|"
		"PS384|PS512|EdDSA|HS256|HS384|HS512, not \"none\""},
	    {"audience = a,,b", "audience= has an empty item"},
	    {"max_lifetime = -1",
		"max_lifetime= takes a time such as 90, 30s, 15m, 8h or 30d, "
		"not \"-1\""},
	    {"max_lifetime = 3651d",
		"max_lifetime= takes 0 to 315360000 seconds"},
	    {"leeway = 11m", "leeway= takes 0 to 600 seconds"},
	    {"user_claim = " X128 "x", "user_claim= takes 1 to 128 characters"},
	    {"groups_claim = " X128 "x",
		"groups_claim= takes 1 to 128 characters"},
	    {"username_map =", "username_map= needs a value"},
	    {"username_map = \xC3\xA4",
		"a value takes printable ASCII characters only"},
	    {"require_claims = =x", "require_claims=: \"=x\" names no claim"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		auto_clear(loaded) struct loaded loaded;
		char text[512];

		snprintf(text, sizeof(text),
		    "[issuer corp]\nissuer = https://idp.test\n%s\n%s\n",
		    strncmp(good[i], "jwks_url", 8) == 0
			? ""
			: "jwks_url = https://a.test/",
		    good[i]);
		loaded_new(&loaded);
		loaded_read(&loaded, text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[512], sentence[512];

		snprintf(
		    text, sizeof(text), "[issuer corp]\n\n%s\n", bad[i].line);
		snprintf(sentence, sizeof(sentence), ":3: %s", bad[i].sentence);
		loaded_refused(text, sentence);
	}
}

#define USER_FORM "is no user's name: it "
#define AGE(key) key "= takes 1 to 315360000 seconds"

static void
test_service_bounds(void **state)
{
	static const char *const good[] = {"max_auth_age = 1",
	    "max_auth_age = 3650d", "max_token_age = 3650d",
	    "session_max = 3650d", "session_max = 1", "min_uid = 1",
	    "min_uid = 4294967294", "callers = 0", "users = a-b, 1a",
	    "require_claims = a==b, a.b=c", "deny_message = no"};
	static const struct {
		const char *line;
		const char *sentence;
	} bad[] = {
	    {"audience = ,", "audience= has an empty item"},
	    {"issuers = " X32 "x",
		"issuers= takes items of 1 to 32 characters"},
	    {"users = -a", "users=: \"-a\" " USER_FORM "begins with a hyphen"},
	    {"users = b, a/c",
		"users=: \"a/c\" " USER_FORM
		"holds a slash, a colon or a blank"},
	    {"users = a:c",
		"users=: \"a:c\" " USER_FORM
		"holds a slash, a colon or a blank"},
	    {"users = a c",
		"users=: \"a c\" " USER_FORM
		"holds a slash, a colon or a blank"},
	    {"users = 1000", "users=: \"1000\" " USER_FORM "has only digits"},
	    {"callers = a:c",
		"callers=: \"a:c\" " USER_FORM
		"holds a slash, a colon or a blank"},
	    {"callers = 4294967295", "callers=: \"4294967295\" is no uid"},
	    {"callers = 99999999999999999999",
		"callers=: \"99999999999999999999\" is no uid"},
	    {"require_groups = |a",
		"require_groups=: \"|a\" has nothing on one side of a bar"},
	    {"require_groups = a||b",
		"require_groups=: \"a||b\" has nothing on one side of a bar"},
	    {"require_groups = a|",
		"require_groups=: \"a|\" has nothing on one side of a bar"},
	    {"require_groups = a | b",
		"require_groups=: \"a | b\" has a blank beside a bar"},
	    {"require_claims = =", "require_claims=: \"=\" names no claim"},
	    {"require_claims = a|b",
		"require_claims=: \"a|b\" has choices, but no claim that takes "
		"them"},
	    {"require_claims = a=",
		"require_claims=: \"a=\" has no value behind the equals sign"},
	    {"require_claims = a =b",
		"require_claims=: \"a =b\" has a blank beside the equals sign"},
	    {"require_claims = a= b",
		"require_claims=: \"a= b\" has a blank beside the equals sign"},
	    {"require_claims = a=b||c",
		"require_claims=: \"a=b||c\" has nothing on one side of a bar"},
	    {"require_acr = a,,b", "require_acr= has an empty item"},
	    {"require_amr = a,", "require_amr= has an empty item"},
	    {"max_auth_age = 0", AGE("max_auth_age")},
	    {"max_auth_age = 3651d", AGE("max_auth_age")},
	    {"max_token_age = 0", AGE("max_token_age")},
	    {"max_token_age = 3651d", AGE("max_token_age")},
	    {"session_max = 0", AGE("session_max")},
	    {"session_max = 3651d", AGE("session_max")},
	    {"replay = never",
		"replay= takes one of allow|once, not \"never\""},
	    {"allow_root = 1", "allow_root= takes yes or no, not \"1\""},
	    {"min_uid = -1", "min_uid= takes a number, not \"-1\""},
	    {"min_uid = 4294967295", "min_uid= takes 0 to 4294967294"},
	    {"interactive = off", "interactive= takes yes or no, not \"off\""},
	    {"deny_message = no {sub",
		"deny_message=: \"no {sub\" has a brace without its other"},
	    {"deny_message = no sub}",
		"deny_message=: \"no sub}\" has a brace without its other"},
	    {"deny_message = {{sub}}",
		"deny_message=: \"{{sub}}\" has a brace without its other"},
	    {"deny_message = a {} b",
		"deny_message=: \"a {} b\" has braces that name no claim"},
	    {"deny_message = \x1b[2J",
		"a value takes printable ASCII characters only"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		auto_clear(loaded) struct loaded loaded;
		char text[256];

		snprintf(text, sizeof(text), "[service a]\n%s\n", good[i]);
		loaded_new(&loaded);
		loaded_read(&loaded, text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[256], sentence[512];

		snprintf(
		    text, sizeof(text), "[service a]\n\n%s\n", bad[i].line);
		snprintf(sentence, sizeof(sentence), ":3: %s", bad[i].sentence);
		loaded_refused(text, sentence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_issuer_defaults),
	    cmocka_unit_test(test_issuer_keys),
	    cmocka_unit_test(test_service_defaults),
	    cmocka_unit_test(test_service_keys),
	    cmocka_unit_test(test_inheritance),
	    cmocka_unit_test(test_several_files),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_bounds_of_sections),
	    cmocka_unit_test(test_issuer_bounds),
	    cmocka_unit_test(test_service_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
