/* SPDX-License-Identifier: BSD-3-Clause */
/* The files that issuers name. */
#include "base/passwd.h"
#include "tests/config/loaded.h"
#include "varlink/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum source {
	KEYS_FILE,
	CA_FILE,
	SECRET_FILE
};

static const struct {
	const char *key;
	const char *before; /* line 3 */
} sources[] = {
    [KEYS_FILE] = {"keys_file", "audience = x"},
    [CA_FILE] = {"ca_file", "jwks_url = https://a.test"},
    [SECRET_FILE] = {"secret_file", "algorithms = HS256"},
};

static void
load(struct loaded *loaded, enum source source, const char *path)
{
	char text[PATH_MAX * 2];

	snprintf(text, sizeof(text), "[issuer a]\nissuer = a\n%s\n%s = %s\n",
	    sources[source].before, sources[source].key, path);
	loaded_read(loaded, text);
}

static void
assert_refused(struct loaded *loaded, enum source source, const char *path,
    const char *sentence)
{
	char expected[PATH_MAX * 3];

	load(loaded, source, path);
	assert_int_equal(
	    config_check_files(loaded->config, &loaded->error), ERR_CONFIG);
	snprintf(expected, sizeof(expected), "%s:4: %s=: %s %s", loaded->path,
	    sources[source].key, path, sentence);
	assert_string_equal(loaded->error.text, expected);
}

static void
assert_taken(struct loaded *loaded, enum source source, const char *path)
{
	load(loaded, source, path);
	if (config_check_files(loaded->config, &loaded->error) != OK)
		fail_msg("%s", loaded->error.text);
}

static void
test_nothing_named(void **state)
{
	auto_clear(loaded) struct loaded loaded;

	(void)state;
	loaded_new(&loaded);
	loaded_read(&loaded, "");
	assert_int_equal(config_check_files(loaded.config, &loaded.error), OK);
}

static void
test_no_file(void **state)
{
	(void)state;
	for (enum source i = KEYS_FILE; i <= SECRET_FILE; i++) {
		auto_clear(loaded) struct loaded loaded;
		char path[PATH_MAX];

		loaded_new(&loaded);
		folder_path(&loaded.folder, "none", path);
		assert_refused(&loaded, i, path,
		    "cannot be read: No such file or directory");
		assert_refused(&loaded, i, "/dev/null", "is no regular file");
		assert_refused(
		    &loaded, i, loaded.folder.path, "is no regular file");
		assert_int_equal(mkfifo(path, 0600), 0);
		assert_refused(&loaded, i, path, "is no regular file");
	}
}

static void
test_unreadable_by_us(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	char path[PATH_MAX];

	(void)state;
	if (geteuid() != 0)
		skip();
	loaded_new(&loaded);
	assert_int_equal(chmod(loaded.folder.path, 0755), 0);
	folder_write(&loaded.folder, "file", "x", 0600);
	folder_path(&loaded.folder, "file", path);
	load(&loaded, KEYS_FILE, path);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(
	    config_check_files(loaded.config, &loaded.error), ERR_CONFIG);
	assert_int_equal(seteuid(0), 0);
	assert_non_null(
	    strstr(loaded.error.text, "cannot be read: Permission denied"));
}

static void
test_modes(void **state)
{
	static const struct {
		mode_t mode;
		bool public, secret; /* taken */
	} modes[] = {
	    {0600, true, true},
	    {0400, true, true},
	    {0700, true, true},
	    {0644, true, false},
	    {0640, true, false},
	    {0604, true, false},
	    {0610, true, false},
	    {0601, true, false},
	    {0620, false, false},
	    {0602, false, false},
	    {0666, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		auto_clear(loaded) struct loaded loaded;
		char path[PATH_MAX], open[128], writable[128];

		loaded_new(&loaded);
		folder_write(&loaded.folder, "file", "x", 0600);
		folder_path(&loaded.folder, "file", path);
		assert_int_equal(chmod(path, modes[i].mode), 0);
		snprintf(open, sizeof(open),
		    "is open to others (mode %04o): chmod 0600", modes[i].mode);
		snprintf(writable, sizeof(writable),
		    "is open to others (mode %04o): chmod go-w", modes[i].mode);
		if (modes[i].secret)
			assert_taken(&loaded, SECRET_FILE, path);
		else
			assert_refused(&loaded, SECRET_FILE, path, open);
		for (enum source j = KEYS_FILE; j <= CA_FILE; j++)
			if (modes[i].public)
				assert_taken(&loaded, j, path);
			else
				assert_refused(&loaded, j, path, writable);
	}
}

static void
test_owner(void **state)
{
	static const char sentence[] =
	    "belongs to uid 65534, which is neither root nor the agent";

	(void)state;
	if (geteuid() != 0)
		skip();
	for (enum source i = KEYS_FILE; i <= SECRET_FILE; i++) {
		auto_clear(loaded) struct loaded loaded;
		char path[PATH_MAX];

		loaded_new(&loaded);
		folder_write(&loaded.folder, "file", "x", 0600);
		folder_path(&loaded.folder, "file", path);
		assert_int_equal(chown(path, 65534, 0), 0);
		assert_refused(&loaded, i, path, sentence);
	}
}

static void
test_agent_owns(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	char path[PATH_MAX];
	uid_t agent = 0;

	(void)state;
	if (geteuid() != 0 || passwd_uid(DEFAULT_AGENT_USER, &agent) != OK)
		skip();
	loaded_new(&loaded);
	folder_write(&loaded.folder, "file", "x", 0600);
	folder_path(&loaded.folder, "file", path);
	assert_int_equal(chown(path, agent, 0), 0);
	for (enum source i = KEYS_FILE; i <= SECRET_FILE; i++)
		assert_taken(&loaded, i, path);
}

static void
test_link(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	char path[PATH_MAX], link[PATH_MAX];

	(void)state;
	loaded_new(&loaded);
	folder_write(&loaded.folder, "file", "x", 0644);
	folder_path(&loaded.folder, "file", path);
	folder_path(&loaded.folder, "link", link);
	assert_int_equal(symlink(path, link), 0);
	assert_taken(&loaded, KEYS_FILE, link);
	assert_refused(&loaded, SECRET_FILE, link,
	    "is open to others (mode 0644): chmod 0600");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_named),
	    cmocka_unit_test(test_no_file),
	    cmocka_unit_test(test_unreadable_by_us),
	    cmocka_unit_test(test_modes),
	    cmocka_unit_test(test_owner),
	    cmocka_unit_test(test_agent_owns),
	    cmocka_unit_test(test_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
