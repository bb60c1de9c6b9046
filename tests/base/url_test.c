/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void
test_allowed(void **state)
{
	static const char *const good[] = {
	    "https://idp.test",
	    "https://idp.test/",
	    "https://idp.test:8443/realms/a%20b/keys?x=1&y=@z:7",
	    "https://IDP-1.my_host.test?x",
	    "https://localhost/",
	    "https://192.0.2.7:1/",
	    "https://[2001:db8::1]:65535/keys",
	    "https://4chan",
	    "http://localhost",
	    "http://localhost:8080/keys",
	    "http://127.0.0.1/keys",
	    "http://127.255.255.254:80",
	    "http://[::1]:4593/keys",
	};
	const char *problem = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!url_is_allowed(good[i], &problem))
			fail_msg("%s %s", good[i], problem);
	assert_null(problem);
}

#define CHARACTER "holds a character that has to be escaped"
#define SCHEME "begins with neither https:// nor http://"
#define HOST "has a host that is neither a name nor an address"
#define PORT "has a port that is none"
#define PLAIN                                                                  \
	"is not https:// (http:// is for localhost, 127.0.0.0/8 and [::1])"

static void
test_refused(void **state)
{
	static const struct {
		const char *url;
		const char *problem;
	} bad[] = {
	    {"", SCHEME},
	    {"idp.test/keys", SCHEME},
	    {"//idp.test/keys", SCHEME},
	    {"https:/idp.test", SCHEME},
	    {"https:idp.test", SCHEME},
	    {"HTTPS://idp.test", SCHEME},
	    {"HTTP://localhost", SCHEME},
	    {"Http://localhost", SCHEME},
	    {"file:///etc/shadow", SCHEME},
	    {"ftp://localhost/", SCHEME},
	    {"gopher://localhost/", SCHEME},
	    {"https", SCHEME},
	    {" https://idp.test", CHARACTER},
	    {"https://idp.test/a b", CHARACTER},
	    {"https://idp.test/\t", CHARACTER},
	    {"https://idp.test/\r\nHost: x", CHARACTER},
	    {"https://idp.test/\x7f", CHARACTER},
	    {"https://\xC3\xA4.test/", CHARACTER},
	    {"https://idp.test\\@evil.test/", CHARACTER},
	    {"https://idp.test/{}", CHARACTER},
	    {"https://idp.test/#x", "has a fragment"},
	    {"https://idp.test#@evil.test/", "has a fragment"},
	    {"https://u@h", "names a user"},
	    {"https://u:p@h/", "names a user"},
	    {"http://127.0.0.1@evil.test/", "names a user"},
	    {"http://localhost:80@evil.test/", "names a user"},
	    {"http://[::1]@x", "names a user"},
	    {"https://@h/", "names a user"},
	    {"https://", "names no host"},
	    {"https:///keys", "names no host"},
	    {"https://:443/", "names no host"},
	    {"https://?x", "names no host"},
	    {"https://[::1", "has a bracket that is not closed"},
	    {"https://[::1/]", "has a bracket that is not closed"},
	    {"https://[]/", HOST},
	    {"https://[idp.test]/", HOST},
	    {"https://[127.0.0.1]/", HOST},
	    {"https://[fe80::1%25eth0]/", HOST},
	    {"https://a%2eb/", HOST},
	    {"https://.idp.test/", HOST},
	    {"https://idp..test/", HOST},
	    {"https://idp.test./", HOST},
	    {"https://idp.test,evil.test/", HOST},
	    {"https://256.0.0.1/", HOST},
	    {"https://1.2.3/", HOST},
	    {"http://localhost./", HOST},
	    {"http://127.1/", HOST},
	    {"http://127.0.0.01/", HOST},
	    {"http://0177.0.0.1/", HOST},
	    {"http://0x7f.0.0.1/", HOST},
	    {"http://0x7f000001/", HOST},
	    {"http://2130706433/", HOST},
	    {"https://idp.test:/", PORT},
	    {"https://idp.test:0/", PORT},
	    {"https://idp.test:65536/", PORT},
	    {"https://idp.test:000080/", PORT},
	    {"https://idp.test:-1/", PORT},
	    {"https://idp.test:80a/", PORT},
	    {"https://idp.test:80:80/", PORT},
	    {"https://[::1]80/", PORT},
	    {"https://::1/", "names no host"},
	    {"http://idp.test/", PLAIN},
	    {"http://LOCALHOST/", PLAIN},
	    {"http://localhost.evil.tld/", PLAIN},
	    {"http://localhostx/", PLAIN},
	    {"http://127.0.0.1.evil/", PLAIN},
	    {"http://128.0.0.1/", PLAIN},
	    {"http://0.0.0.0/", PLAIN},
	    {"http://10.127.0.1/", PLAIN},
	    {"http://[::]/", PLAIN},
	    {"http://[::ffff:127.0.0.1]/", PLAIN},
	    {"http://[0:0:0:0:0:0:0:1]/", PLAIN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *problem = NULL;

		if (url_is_allowed(bad[i].url, &problem))
			fail_msg("%s was allowed", bad[i].url);
		if (strcmp(problem, bad[i].problem) != 0)
			fail_msg("%s %s", bad[i].url, problem);
	}
}

static void
test_bounds(void **state)
{
	const char *problem = NULL;
	char url[URL_SIZE_MAX + 2];

	(void)state;
	snprintf(url, sizeof(url), "https://h/%0*d", URL_SIZE_MAX - 10, 0);
	assert_int_equal(strlen(url), URL_SIZE_MAX);
	assert_true(url_is_allowed(url, &problem));
	strcat(url, "0");
	assert_false(url_is_allowed(url, &problem));
	assert_string_equal(problem, "is longer than 1024 bytes");
	snprintf(url, sizeof(url), "https://a%0251da/", 0);
	assert_true(url_is_allowed(url, &problem));
	snprintf(url, sizeof(url), "https://a%0252da/", 0);
	assert_false(url_is_allowed(url, &problem));
	assert_string_equal(problem, "has a host of more than 253 bytes");
}

static void
test_same_scheme(void **state)
{
	(void)state;
	assert_true(url_same_scheme("https://a", "https://b"));
	assert_true(url_same_scheme("http://a", "http://b"));
	assert_false(url_same_scheme("https://a", "http://a"));
	assert_false(url_same_scheme("http://a", "https://a"));
	assert_false(url_same_scheme("ftp://a", "ftp://a"));
	assert_false(url_same_scheme("https://a", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_allowed),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_same_scheme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
