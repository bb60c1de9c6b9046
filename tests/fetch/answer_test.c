/* SPDX-License-Identifier: BSD-3-Clause */
/* What a provider may answer, and what becomes of everything else. */
#include "tests/fetch/scene.h"

#include <stdio.h>
#include <string.h>

static void
fetch(struct scene *scene, enum port port, const char *path, bool discovery,
    const char *ca_file, struct result *result)
{
	char url[PATH_MAX], file[PATH_MAX];
	struct fetch_request request = {.discovery = discovery};

	scene_url(scene, port, path, url);
	request.url = url;
	if (ca_file != NULL) {
		scene_path(scene, ca_file, file);
		request.ca_file = file;
	}
	scene_fetch(scene, &request, result);
}

static void
assert_keys(const struct result *result, const char *path)
{
	size_t end = result->url != NULL && strlen(result->url) > strlen(path)
	    ? strlen(result->url) - strlen(path)
	    : 0;

	if (result->problem != NULL)
		fail_msg("%s: %s", path, result->problem);
	assert_true(json_is_array(json_object_get(result->jwks, "keys")));
	assert_string_equal(result->url + end, path);
}

static void
assert_problem(const struct result *result, const char *path, const char *said)
{
	if (result->problem == NULL || strstr(result->problem, said) == NULL)
		fail_msg("%s: \"%s\", not \"%s\"", path,
		    result->problem != NULL ? result->problem : "keys", said);
	assert_null(strstr(result->problem, "secret body"));
	for (const char *c = result->problem; *c != '\0'; c++)
		assert_true(*c >= ' ' && *c <= '~');
}

static void
test_keys_are_fetched_with_their_age(void **state)
{
	static const struct {
		const char *path, *from;
		int64_t max_age;
		bool no_cache;
	} rows[] = {
	    {"/keys", "/keys", 290, false},
	    {"/silent", "/silent", 0, false},
	    {"/twice", "/twice", 70, false},
	    {"/no-store", "/no-store", 0, true},
	    {"/stale", "/stale", 0, true},
	    {"/early", "/early", 0, false},
	    {"/exact", "/exact", 0, false},
	    {"/to-keys", "/keys", 290, false},
	    {"/to-localhost", "/keys", 290, false},
	    {"/three", "/keys", 290, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct result result = {0};

		fetch(*state, PLAIN, rows[i].path, false, NULL, &result);
		assert_keys(&result, rows[i].from);
		assert_int_equal(result.max_age, rows[i].max_age);
		assert_int_equal(result.no_cache, rows[i].no_cache);
		result_clear(&result);
	}
}

static void
test_what_is_no_key_set_is_a_problem(void **state)
{
	static const struct {
		const char *path, *said;
	} rows[] = {
	    {"/500", "/500 answered 500"},
	    {"/404", "/404 answered 404"},
	    {"/204", "answered 204"},
	    {"/304", "answered 304"},
	    {"/html", "/html answered what is not JSON"},
	    {"/nothing", "answered what is not JSON"},
	    {"/array", "JSON that is not an object"},
	    {"/string", "JSON that is not an object"},
	    {"/duplicate", "JSON that has a member twice"},
	    {"/deep", "JSON that is nested too deeply"},
	    {"/latin", "answered what is not JSON"},
	    {"/tail", "answered what is not JSON"},
	    {"/values", "JSON of too many values"},
	    {"/numbers", "bytes to pass on"},
	    {"/big", "/big is larger than 512 KiB"},
	    {"/huge", "the connection was closed before"},
	    {"/endless", "is larger than 512 KiB"},
	    {"/gzip", "answered what is not JSON"},
	    {"/squeezed", "is larger than 512 KiB"},
	    {"/headers", "/headers is larger than 64 KiB"},
	    {"/hints", "the header of GET http"},
	    {"/line", "/line failed: "},
	    {"/cut", "the connection was closed before"},
	    {"/cut-chunk", "the connection was closed before"},
	    {"/mute", "the connection was closed before"},
	    {"/garbage", "failed: "},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct result result = {0};

		fetch(*state, PLAIN, rows[i].path, false, NULL, &result);
		assert_problem(&result, rows[i].path, rows[i].said);
		result_clear(&result);
	}
}

static void
test_redirects_do_not_leave_what_is_allowed(void **state)
{
	static const struct {
		const char *path, *said;
	} rows[] = {
	    {"/to-far", "/to-far leads to http://192.0.2.1/keys, which "},
	    {"/to-file", "leads to file:///etc/passwd, which "},
	    {"/to-gopher", "leads to gopher://127.0.0.1/, which "},
	    {"/to-tls", "/keys, which has another scheme"},
	    {"/to-user", ", which names a user"},
	    {"/to-odd", "leads to http://127.0.0.1/"},
	    {"/to-backslash", "/to-backslash"},
	    {"/to-nowhere", "/to-nowhere answered 302"},
	    {"/loop", "was redirected more than 3 times"},
	    {"/four", "was redirected more than 3 times"},
	};
	struct result result = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		fetch(*state, PLAIN, rows[i].path, false, NULL, &result);
		assert_problem(&result, rows[i].path, rows[i].said);
		result_clear(&result);
	}
	fetch(*state, TLS, "/to-tls", false, "ca.pem", &result);
	assert_problem(&result, "/to-tls", "which has another scheme");
	result_clear(&result);
}

static void
test_discovery_leads_to_the_keys(void **state)
{
	static const char *const issuers[] = {"/issuer", "/slash/"};

	for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++) {
		struct result result = {0};

		fetch(*state, PLAIN, issuers[i], true, NULL, &result);
		assert_keys(&result, "/keys");
		assert_int_equal(result.max_age, 290);
		result_clear(&result);
	}
}

static void
test_discovery_refuses_a_document_that_is_not_right(void **state)
{
	static const struct {
		const char *path, *said;
	} rows[] = {
	    {"/liar", "/issuer\""},
	    {"/slash", "/slash/\""},
	    {"/longer", "/longer/\""},
	    {"/unnamed", "is of the issuer \"\""},
	    {"/moved", "/issuer\""},
	    {"/keyless", "names no jwks_uri"},
	    {"/odd", "names no jwks_uri"},
	    {"/file", "file:///etc/passwd "},
	    {"/far", "http://192.0.2.1/keys "},
	    {"/gone", "/gone/.well-known/openid-configuration answered 404"},
	    {"/html", "/html/.well-known/openid-configuration answered what"},
	    {"/issuer?a=b", "has a query or fragment"},
	    {"/issuer#a", "has a query or fragment"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct result result = {0};

		fetch(*state, PLAIN, rows[i].path, true, NULL, &result);
		assert_problem(&result, rows[i].path, rows[i].said);
		result_clear(&result);
	}
}

static void
test_tls_has_to_be_right(void **state)
{
	static const struct {
		enum port port;
		const char *ca_file, *said;
	} rows[] = {
	    {TLS, NULL, "the certificate is not good for https://localhost"},
	    {TLS, "stranger.pem", "the certificate is not good for https"},
	    {TLS, "missing.pem", "no certificates could be read from /tmp/"},
	    {TLS, "broken.pem", "no certificates could be read from /tmp/"},
	    {WRONG_HOST, "ca.pem", "the certificate is not good for https"},
	    {EXPIRED, "ca.pem", "certificate has expired"},
	    {OLD_TLS, "ca.pem", "no TLS connection to https://localhost"},
	};
	struct scene *scene = *state;
	struct result result = {0};
	char path[PATH_MAX];
	FILE *broken = fopen(scene_path(scene, "broken.pem", path), "we");

	assert_non_null(broken);
	fclose(broken);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		fetch(scene, rows[i].port, "/keys", false, rows[i].ca_file,
		    &result);
		assert_problem(&result, rows[i].said, rows[i].said);
		result_clear(&result);
	}
	fetch(scene, TLS, "/keys", false, "ca.pem", &result);
	assert_keys(&result, "/keys");
	result_clear(&result);
	fetch(scene, TLS, "/issuer", true, "ca.pem", &result);
	assert_keys(&result, "/keys");
	result_clear(&result);
}

/* Debian's OpenSSL refuses it by itself; that must not be all. */
static void
test_old_tls_is_refused_where_the_machine_allows_it(void **state)
{
	struct scene *scene = *state;
	struct result result = {0};
	char path[PATH_MAX], fetcher[PATH_MAX], script[2 * PATH_MAX + 64];
	FILE *file = fopen(scene_path(scene, "lax.cnf", path), "we");

	assert_non_null(file);
	fputs("openssl_conf = all\n[all]\nssl_conf = ssl\n"
	      "[ssl]\nsystem_default = lax\n"
	      "[lax]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n",
	    file);
	fclose(file);
	scene_program(fetcher);
	snprintf(
	    script, sizeof(script), "OPENSSL_CONF=%s exec '%s'", path, fetcher);
	scene_script(scene, "lax", script);
	fetch(scene, OLD_TLS, "/keys", false, "ca.pem", &result);
	assert_problem(
	    &result, "old TLS", "no TLS connection to https://localhost");
	result_clear(&result);
	fetch(scene, TLS, "/keys", false, "ca.pem", &result);
	assert_keys(&result, "/keys");
	result_clear(&result);
	scene_fetching(scene, NULL);
}

static void
test_urls_are_checked_before_anyone_is_asked(void **state)
{
	static const struct {
		const char *url, *said;
	} rows[] = {
	    {"http://192.0.2.1/keys", "http://192.0.2.1/keys "},
	    {"http://localhost.example/keys", "http://localhost.example/"},
	    {"file:///etc/passwd", "file:///etc/passwd "},
	    {"keys", "keys "},
	    {"", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fetch_request request = {
		    .url = (char *)(uintptr_t)rows[i].url};
		struct result result = {0};

		scene_fetch(*state, &request, &result);
		assert_problem(&result, rows[i].url, rows[i].said);
		result_clear(&result);
	}
}

/* Nothing is asked for but the document, by nobody in particular. */
static void
assert_modest(const struct result *result)
{
	const char *request =
	    json_string_value(json_object_get(result->jwks, "request"));

	assert_non_null(request);
	assert_memory_equal(request, "GET /echo HTTP/1.1\r\n", 20);
	assert_null(strcasestr(request, "\nAccept-Encoding"));
	assert_null(strcasestr(request, "\nCookie"));
	assert_null(strcasestr(request, "\nAuthorization"));
	assert_null(strcasestr(request, "\nReferer"));
}

static void
test_requests_carry_nothing(void **state)
{
	static const char *const paths[] = {"/echo", "/cookie"};

	/* the fetcher has an environment of its own */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct result result = {0};

		fetch(*state, PLAIN, paths[i], false, NULL, &result);
		assert_modest(&result);
		result_clear(&result);
	}
	unsetenv("http_proxy");
	unsetenv("all_proxy");
}

static void
test_nobody_listens(void **state)
{
	struct fetch_request request = {.url = (char[]){"http://127.0.0.1:1/"}};
	struct result result = {0};

	scene_fetch(*state, &request, &result);
	assert_problem(&result, "refused",
	    "could not connect to http://127.0.0.1:1/: Connection refused");
	result_clear(&result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys_are_fetched_with_their_age),
	    cmocka_unit_test(test_what_is_no_key_set_is_a_problem),
	    cmocka_unit_test(test_redirects_do_not_leave_what_is_allowed),
	    cmocka_unit_test(test_discovery_leads_to_the_keys),
	    cmocka_unit_test(
		test_discovery_refuses_a_document_that_is_not_right),
	    cmocka_unit_test(test_tls_has_to_be_right),
	    cmocka_unit_test(
		test_old_tls_is_refused_where_the_machine_allows_it),
	    cmocka_unit_test(test_urls_are_checked_before_anyone_is_asked),
	    cmocka_unit_test(test_requests_carry_nothing),
	    cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, scene_new, scene_free);
}
