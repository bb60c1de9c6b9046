/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/config/loaded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define MAIN_TEXT                                                              \
	"[token]\n"	       /* 1 */                                         \
	"audience = here\n"    /* 2 */                                         \
	"[issuer corp]\n"      /* 3 */                                         \
	"issuer = corp\n"      /* 4 */                                         \
	"keys_file = /a\n"     /* 5 */                                         \
	"keys_file = /b, /c\n" /* 6 */                                         \
	"username_map = a\n"   /* 7 */                                         \
	"\n"		       /* 8 */                                         \
	"username_map = b\n"   /* 9 */                                         \
	"[service sudo]\n"     /* 10 */                                        \
	"users = amy\n"	       /* 11 */                                        \
	"replay = once\n"      /* 12 */                                        \
	"[service *]\n"	       /* 13 */                                        \
	"users = bob\n"	       /* 14 */                                        \
	"max_auth_age = 5m\n"  /* 15 */                                        \
	"[agent]\n"	       /* 16 */

#define MORE_TEXT                                                              \
	"[service sudo]\n"   /* 1 */                                           \
	"users = eve\n"	     /* 2 */                                           \
	"[issuer corp]\n"    /* 3 */                                           \
	"username_map = c\n" /* 4 */                                           \
	"username_map = d\n" /* 5 */

static void
assert_where(const struct loaded *loaded, const char *section, const char *key,
    const char *place)
{
	char text[CONFIG_WHERE_SIZE], expected[PATH_MAX + 32];

	config_where(loaded->config, section, key, text);
	snprintf(expected, sizeof(expected), "%s%s",
	    place[0] == 'd' ? "" : loaded->folder.path, place);
	assert_string_equal(text, expected);
}

static void
assert_item(const struct loaded *loaded, const char *key, size_t item,
    const char *place)
{
	char text[CONFIG_WHERE_SIZE], expected[PATH_MAX + 32];

	config_where_item(loaded->config, "issuer corp", key, item, text);
	snprintf(
	    expected, sizeof(expected), "%s/%s", loaded->folder.path, place);
	assert_string_equal(text, expected);
}

static void
test_where(void **state)
{
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_new(&loaded);
	assert_int_equal(loaded_try(&loaded, MAIN_TEXT, MORE_TEXT), OK);
	assert_where(&loaded, "token", "audience", "/" MAIN ":2");
	assert_where(&loaded, "token", "issuer", "default");
	assert_where(&loaded, "agent", "socket", "default");
	assert_where(&loaded, "issuer corp", "issuer", "/" MAIN ":4");
	assert_where(&loaded, "issuer corp", "keys_file", "/" MAIN ":5");
	assert_where(&loaded, "issuer corp", "leeway", "default");
	/* which is that of [token] */
	assert_where(&loaded, "issuer corp", "audience", "/" MAIN ":2");
	assert_where(&loaded, "service sudo", "users", "/conf.d/1.conf:2");
	assert_where(&loaded, "service sudo", "replay", "/" MAIN ":12");
	assert_where(&loaded, "service sudo", "max_auth_age", "/" MAIN ":15");
	assert_where(&loaded, "service sudo", "min_uid", "default");
	assert_where(&loaded, "service *", "users", "/" MAIN ":14");
	assert_where(&loaded, "service sshd", "users", "/" MAIN ":14");
	assert_where(&loaded, "service sshd", "replay", "default");
	assert_where(&loaded, "service sshd", "nonsense", "default");
	assert_where(&loaded, "issuer none", "issuer", "default");
	assert_where(&loaded, "nonsense", "issuer", "default");
}

static void
test_where_items(void **state)
{
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_new(&loaded);
	loaded_read(&loaded, MAIN_TEXT);
	assert_item(&loaded, "keys_file", 0, MAIN ":5");
	assert_item(&loaded, "keys_file", 1, MAIN ":6");
	assert_item(&loaded, "keys_file", 2, MAIN ":6");
	assert_item(&loaded, "username_map", 1, MAIN ":9");
	/* behind the last: that of the key */
	assert_item(&loaded, "keys_file", 3, MAIN ":5");
	assert_item(&loaded, "issuer", 1, MAIN ":4");
	/* what a later file replaces */
	assert_int_equal(loaded_try(&loaded, MAIN_TEXT, MORE_TEXT), OK);
	assert_item(&loaded, "username_map", 0, "conf.d/1.conf:4");
	assert_item(&loaded, "username_map", 1, "conf.d/1.conf:5");
	assert_item(&loaded, "keys_file", 2, MAIN ":6");
}

static void
assert_refused(const struct loaded *loaded, const char *section,
    const char *key, const char *place)
{
	struct config_error error;
	char expected[PATH_MAX + 64];

	assert_int_equal(
	    config_refuse(loaded->config, section, key, &error, "not %d", 7),
	    ERR_CONFIG);
	snprintf(
	    expected, sizeof(expected), "%s%s: not 7", loaded->path, place);
	assert_string_equal(error.text, expected);
}

static void
test_refuse(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	struct config_error error;
	char long_text[2000], *expected = NULL;

	(void)state;
	loaded_new(&loaded);
	loaded_read(&loaded, MAIN_TEXT);
	assert_refused(&loaded, "issuer corp", "issuer", ":4");
	assert_refused(&loaded, "service sudo", "max_auth_age", ":15");
	/* what is not set: the header, or the file */
	assert_refused(&loaded, "issuer corp", "leeway", ":3");
	assert_refused(&loaded, "service sudo", "min_uid", ":10");
	assert_refused(&loaded, "token", "algorithm", ":1");
	assert_refused(&loaded, "service sshd", "min_uid", "");
	assert_int_equal(config_refuse_item(loaded.config, "issuer corp",
			     "username_map", 1, &error, "%s", "no"),
	    ERR_CONFIG);
	assert_true(asprintf(&expected, "%s:9: no", loaded.path) > 0);
	assert_string_equal(error.text, expected);
	free(expected);
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(config_refuse(loaded.config, "token", "audience",
			     &error, "%s", long_text),
	    ERR_CONFIG);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

static void
test_sections_in_order(void **state)
{
	static const char *const names[] = {"agent", "token", "limit", "device",
	    "retention", "upkeep", "issuer corp", "service *", "service sudo"};
	auto_clear(loaded) struct loaded loaded;
	struct config_section section;
	size_t count = 0;

	(void)state;
	loaded_new(&loaded);
	loaded_read(&loaded, MAIN_TEXT);
	for (; config_section(loaded.config, count, &section); count++) {
		char text[64];

		/* those that are shipped come behind */
		if (strcmp(section.kind->name, "alert") == 0)
			break;
		snprintf(text, sizeof(text), "%s%s%s", section.kind->name,
		    section.name != NULL ? " " : "",
		    section.name != NULL ? section.name : "");
		assert_true(count < sizeof(names) / sizeof(*names));
		assert_string_equal(text, names[count]);
		assert_int_equal(section.kind->named, section.name != NULL);
	}
	assert_int_equal(count, sizeof(names) / sizeof(*names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_where),
	    cmocka_unit_test(test_where_items),
	    cmocka_unit_test(test_refuse),
	    cmocka_unit_test(test_sections_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
