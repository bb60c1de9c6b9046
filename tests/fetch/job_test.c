/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs in this process, where leaks are seen, and with limits of our own. */
#include "jwt-agent/fetch/job.h"

#include "tests/fetch/scene.h"

#include <string.h>

#define SHORT_MS 400
#define LONG_MS 20000

static void
run(const struct scene *scene, int64_t ms, enum port port, const char *path,
    bool discovery, struct fetch_reply *reply)
{
	char url[PATH_MAX], ca_file[PATH_MAX];
	struct transfer_options options = {
	    .ca_file = scene_path(scene, "ca.pem", ca_file),
	    .connect_ms = ms,
	    .total_ms = ms,
	    .body_max = 1024,
	};
	struct fetch_request request = {.url = url, .discovery = discovery};

	scene_url(scene, port, path, url);
	assert_int_equal(job_run(&request, &options, reply), OK);
}

static void
test_keys(void **state)
{
	static const struct {
		enum port port;
		const char *path;
		bool discovery;
	} rows[] = {
	    {PLAIN, "/keys", false},
	    {PLAIN, "/three", false},
	    {PLAIN, "/issuer", true},
	    {TLS, "/keys", false},
	    {TLS, "/issuer", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(fetch_reply) struct fetch_reply reply = {0};

		run(*state, LONG_MS, rows[i].port, rows[i].path,
		    rows[i].discovery, &reply);
		assert_null(reply.problem);
		assert_non_null(reply.jwks);
		assert_int_equal(reply.max_age, 290);
	}
}

static void
test_problems(void **state)
{
	static const struct {
		int64_t ms;
		enum port port;
		const char *path;
		bool discovery;
		const char *said;
	} rows[] = {
	    {SHORT_MS, PLAIN, "/hang", false, "took longer than the 0.4 s"},
	    {SHORT_MS, PLAIN, "/drip", false, "took longer than the 0.4 s"},
	    {SHORT_MS, MUTE, "/keys", false,
		"could not connect to https://localhost"},
	    {LONG_MS, PLAIN, "/exact", false, "/exact is larger than 1 KiB"},
	    {LONG_MS, PLAIN, "/headers", false,
		"/headers is larger than 64 KiB"},
	    {LONG_MS, PLAIN, "/loop", false,
		"was redirected more than 3 times"},
	    {LONG_MS, PLAIN, "/to-far", false,
		"leads to http://192.0.2.1/keys"},
	    {LONG_MS, PLAIN, "/500", false, "answered 500"},
	    {LONG_MS, PLAIN, "/cut", false, "was closed before"},
	    {LONG_MS, PLAIN, "/html", false, "what is not JSON"},
	    {LONG_MS, PLAIN, "/liar", true, "is of the issuer"},
	    {LONG_MS, PLAIN, "/keyless", true, "names no jwks_uri"},
	    {LONG_MS, PLAIN, "/file", true, "file:///etc/passwd"},
	    {LONG_MS, WRONG_HOST, "/keys", false, "certificate"},
	    {LONG_MS, EXPIRED, "/keys", false, "certificate has expired"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(fetch_reply) struct fetch_reply reply = {0};

		run(*state, rows[i].ms, rows[i].port, rows[i].path,
		    rows[i].discovery, &reply);
		assert_null(reply.jwks);
		assert_non_null(reply.problem);
		if (strstr(reply.problem, rows[i].said) == NULL)
			fail_msg("%s: %s", rows[i].path, reply.problem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_problems),
	};

	return cmocka_run_group_tests(tests, scene_new, scene_free);
}
