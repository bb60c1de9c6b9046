/* SPDX-License-Identifier: BSD-3-Clause */
/* What makes no sense together, each with the line that it is told by. */
#include "tests/config/loaded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

#define FETCHED "jwks_url = https://k.test\n"
#define ISSUER "[issuer a]\nissuer = https://a.test\n"

static void
test_iss(void **state)
{
	char host[HOST_NAME_MAX + 1] = "", text[HOST_NAME_MAX + 128];

	(void)state;
	loaded_refused("\n[issuer a]\n" KEYS, ":2: [issuer a] needs issuer=");
	loaded_refused("[issuer b]\n" KEYS "issuer = x\n"
		       "[issuer a]\nissuer = x\n" KEYS,
	    ":5: issuer= is also that of [issuer b]");
	loaded_refused("[issuer a]\nissuer = x\n" KEYS "[token]\nissuer = x\n",
	    ":2: issuer= is that of the agent itself, see [token]");
	gethostname(host, sizeof(host) - 1);
	snprintf(text, sizeof(text),
	    "[issuer a]\nissuer = urn:jwt-agent:%s\n" KEYS, host);
	loaded_refused(
	    text, ":2: issuer= is that of the agent itself, see [token]");
}

static void
test_source(void **state)
{
	(void)state;
	loaded_refused("\n" ISSUER "discovery = no\n",
	    ":2: [issuer a] needs one of keys_file=, jwks_url=, discovery=yes "
	    "and secret_file=");
	loaded_refused(ISSUER FETCHED KEYS,
	    ":3: keys_file= and jwks_url= exclude each other");
	loaded_refused(ISSUER KEYS "discovery = yes\n",
	    ":4: keys_file= and discovery=yes exclude each other");
	loaded_refused(ISSUER FETCHED "\ndiscovery = yes\n",
	    ":5: jwks_url= and discovery=yes exclude each other");
	loaded_refused(ISSUER "secret_file = /s\nalgorithms = HS256\n" KEYS,
	    ":3: keys_file= and secret_file= exclude each other");
	loaded_refused(ISSUER FETCHED "algorithms = HS256\nsecret_file = /s\n",
	    ":5: jwks_url= and secret_file= exclude each other");
	loaded_refused(ISSUER
	    "discovery = yes\nsecret_file = /s\nalgorithms = HS256\n",
	    ":4: discovery=yes and secret_file= exclude each other");
}

static void
test_flags(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	const struct config *config;
	const char *why = NULL;

	(void)state;
	loaded_new(&loaded);
	config = loaded_read(&loaded,
	    "[flag token_login]\ndefault = 25%\n"
	    "[flag session_tracking]\ndefault = off\n");
	assert_int_equal(config_flag(config, FLAG_TOKEN_LOGIN, &why), 25);
	assert_string_equal(why, FLAG_WHY_CONFIGURED);
	assert_int_equal(config_flag(config, FLAG_SESSION_TRACKING, &why), 0);
	assert_int_equal(config_flag(config, FLAG_REFRESH_ROTATION, &why), 100);
	assert_string_equal(why, FLAG_WHY_BUILT_IN);
	loaded_refused("\n[flag tokenlogin]\ndefault = on\n",
	    ":2: there is no such flag; there are " FLAG_NAMES);
	loaded_refused("\n[flag]\ndefault = on\n",
	    ":2: there is no such flag; there are " FLAG_NAMES);
	loaded_refused(
	    "\n[flag token_login]\n", ":2: [flag token_login] needs default=");
	for (size_t i = 0; i < 5; i++) {
		static const char *const bad[] = {
		    "yes", "25", "101%", "-1%", "2.5%"};
		char text[64];

		snprintf(text, sizeof(text),
		    "[flag token_login]\ndefault = %s\n", bad[i]);
		loaded_refused(text,
		    ":2: default= takes on, off or a percentage such as 25%");
	}
	loaded_refused("[device]\nrequire_key = no\n"
		       "[flag device_key_required]\ndefault = on\n",
	    ":4: default= and require_key= of [device] say the same: set one "
	    "of them");
}

#define GOES "= goes with jwks_url= or discovery=yes"

static void
test_fetching(void **state)
{
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_refused(ISSUER KEYS "ca_file = /c\n", ":4: ca_file" GOES);
	loaded_refused(
	    ISSUER "keys_min_age = 5m\n" KEYS, ":3: keys_min_age" GOES);
	loaded_refused(
	    ISSUER KEYS "keys_max_age = 1d\n", ":4: keys_max_age" GOES);
	loaded_refused(ISSUER "secret_file = /s\nca_file = /c\n"
			      "algorithms = HS256\n",
	    ":4: ca_file" GOES);
	loaded_refused(ISSUER FETCHED "keys_max_age = 4m\n",
	    ":4: keys_min_age= is longer than keys_max_age=");
	loaded_refused(ISSUER FETCHED "keys_max_age = 59\nkeys_min_age = 1m\n",
	    ":5: keys_min_age= is longer than keys_max_age=");
	loaded_refused(ISSUER FETCHED "keys_min_age = 25h\n",
	    ":4: keys_min_age= is longer than keys_max_age=");
	loaded_new(&loaded);
	loaded_read(
	    &loaded, ISSUER FETCHED "keys_min_age = 1m\nkeys_max_age = 60\n");
	loaded_read(&loaded,
	    ISSUER "discovery = yes\nkeys_min_age = 1s\nca_file = /c\n");
}

#define NEEDS "discovery=yes needs an address "

static void
test_discovery(void **state)
{
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_refused("[issuer a]\ndiscovery = yes\nissuer = corp\n",
	    ":3: " NEEDS "in issuer=: the URL begins with neither https:// nor "
	    "http://");
	loaded_refused("[issuer a]\nissuer = http://a.test\ndiscovery = yes\n",
	    ":2: " NEEDS "in issuer=: the URL is not https:// (http:// is for "
	    "localhost, 127.0.0.0/8 and [::1])");
	loaded_refused("[issuer a]\nissuer = https://a/?x\ndiscovery = yes\n",
	    ":2: " NEEDS "without \"?\" in issuer=");
	loaded_new(&loaded);
	loaded_read(&loaded,
	    "[issuer a]\nissuer = http://[::1]:4593/api\ndiscovery = yes\n");
}

static void
test_algorithms(void **state)
{
	(void)state;
	loaded_refused(ISSUER "secret_file = /s\n",
	    ":3: secret_file= needs algorithms= to name HS256, HS384 or HS512");
	loaded_refused(ISSUER
	    "secret_file = /s\nalgorithms = HS256\nalgorithms = ES256\n",
	    ":5: ES256 does not go with secret_file=");
	loaded_refused(
	    ISSUER KEYS "algorithms = HS256\n", ":4: HS256 needs secret_file=");
	loaded_refused(ISSUER FETCHED
	    "algorithms = RS256\nalgorithms = ES256, HS512\n",
	    ":5: HS512 needs secret_file=");
}

static void
test_service(void **state)
{
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_refused("[service x]\nissuers = local\nissuers = local, corp\n",
	    ":3: issuers=: there is no [issuer corp]");
	loaded_refused("[service x]\n[service *]\nissuers = corp\n",
	    ":3: issuers=: there is no [issuer corp]");
	loaded_refused("[service x]\nmin_uid = 0\n",
	    ":2: min_uid=0 lets root in only with allow_root=yes; for "
	    "everybody else write 1");
	loaded_refused("[service *]\nmin_uid = 0\nallow_root = yes\n"
		       "[service x]\nallow_root = no\n",
	    ":2: min_uid=0 lets root in only with allow_root=yes; for "
	    "everybody else write 1");
	loaded_refused("[service x]\nusers = amy\nusers = root\n",
	    ":3: users= names root, who needs allow_root=yes");
	loaded_new(&loaded);
	loaded_read(&loaded,
	    "[service x]\nusers = root\nmin_uid = 0\nallow_root = yes\n"
	    "issuers = local, a\n" ISSUER KEYS);
}

/* A level is of what is measured, which is no event. */
static void
test_alert(void **state)
{
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_refused("[alert x]\nof = login:denied\nof = logn:denied\n",
	    ":3: of=: there is no event \"logn\"");
	loaded_refused("[alert x]\nof = login, log\n",
	    ":2: of=: there is no event \"log\"");
	loaded_refused("[alert x]\nof = login-*:denied\n",
	    ":2: of=: there is no event \"login-*\"");
	loaded_refused("[alert x]\nkind = ratio\nthreshold = 5\nof = login:*\n"
		       "to = Login\n",
	    ":5: to=: there is no event \"Login\"");
	loaded_refused(
	    "[alert x]\nof = login:denied\nof = login:denid:Expired\n",
	    ":3: of=: there is no outcome \"denid\": there is granted, denied, "
	    "fault");
	loaded_refused("[alert x]\nof = login:x*\n",
	    ":2: of=: there is no outcome \"x*\": there is granted, denied, "
	    "fault");
	loaded_refused("[alert x]\nof = *:denied:PolicyDenid\n",
	    ":2: of=: there is no reason \"PolicyDenid\" of the outcome "
	    "\"denied\": there is PermissionDenied, PolicyDenied, "
	    "ProofRequired");
	loaded_refused("[alert x]\nkind = ratio\nthreshold = 5\nof = login\n"
		       "to = login:*, login:granted:Expired\n",
	    ":5: to=: there is no reason \"Expired\" of the outcome "
	    "\"granted\"");
	loaded_refused("[alert x]\nof = login:fault:Expired\n",
	    ":2: of=: there is no reason \"Expired\" of the outcome \"fault\"");
	loaded_refused("[alert x]\nof = login:denied:expired\n",
	    ":2: of=: there is no reason \"expired\" of the outcome "
	    "\"denied\": "
	    "there is ExpectedMore, Expired");
	loaded_new(&loaded);
	loaded_read(&loaded,
	    "[alert w]\nof = login:granted:ok, *:fault:Disk*, *:*:Expired, "
	    "login:d*:*\n"
	    "[alert x]\nof = odd-*, *:denied, login*:denied:Po*\n"
	    "[alert y]\nkind = ratio\nthreshold = 5\nof = refresh:fault\n"
	    "to = refresh, change-token\n"
	    "[alert z]\nkind = level\nof = store_used\n");
}

static void
test_second_file(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	char expected[PATH_MAX + 64];

	(void)state;
	loaded_new(&loaded);
	assert_int_equal(loaded_try(&loaded, ISSUER KEYS,
			     "# more\n[issuer a]\nalgorithms = HS256\n"),
	    ERR_CONFIG);
	snprintf(expected, sizeof(expected),
	    "%s/conf.d/1.conf:3: HS256 needs secret_file=", loaded.folder.path);
	assert_string_equal(loaded.error.text, expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_iss),
	    cmocka_unit_test(test_flags),
	    cmocka_unit_test(test_source),
	    cmocka_unit_test(test_fetching),
	    cmocka_unit_test(test_discovery),
	    cmocka_unit_test(test_algorithms),
	    cmocka_unit_test(test_service),
	    cmocka_unit_test(test_alert),
	    cmocka_unit_test(test_second_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
