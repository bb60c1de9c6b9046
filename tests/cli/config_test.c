/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/config.h"

#include "tests/cli/command_run.h"
#include "tests/cli/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAIN "jwt-agent.conf"
#define SOURCE_DIR (getenv("srcdir") != NULL ? getenv("srcdir") : ".")

static enum err
load(const struct folder *folder, bool must_exist, struct config **config,
    struct config_error *error)
{
	char path[PATH_MAX];

	return config_load(
	    folder_path(folder, MAIN, path), must_exist, config, error);
}

static void
assert_defaults(const struct config *config)
{
	char host[HOST_NAME_MAX + 1] = "";
	char name[HOST_NAME_MAX + 32];

	gethostname(host, sizeof(host) - 1);
	snprintf(name, sizeof(name), "urn:jwt-agent:%s", host);
	assert_string_equal(config->socket, "/run/jwt-agent/io.jwtagent");
	assert_string_equal(config->store, "/var/lib/jwt-agent/store");
	assert_string_equal(
	    config->master_key, "/var/lib/jwt-agent/master.key");
	assert_string_equal(config->admin_group, "jwt-admin");
	assert_string_equal(config->fetcher, "/run/jwt-agent/fetcher");
	assert_string_equal(config->issuer, name);
	assert_string_equal(config->audience, name);
	assert_string_equal(config->algorithm, "ES256");
	assert_int_equal(config->access_lifetime, 15 * 60);
	assert_int_equal(config->refresh_idle, 30 * 86400);
	assert_int_equal(config->refresh_absolute, 180 * 86400);
	assert_int_equal(config->refresh_grace, 30);
}

static void
test_missing_file(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_free(config) struct config *config = NULL;
	struct config_error error;
	char path[PATH_MAX], sentence[PATH_MAX + 64];

	(void)state;
	folder_new(&folder);
	assert_int_equal(load(&folder, false, &config, &error), OK);
	assert_defaults(config);
	config_free(TAKE(config));
	assert_int_equal(load(&folder, true, &config, &error), ERR_CONFIG);
	snprintf(sentence, sizeof(sentence), "%s: there is no such file",
	    folder_path(&folder, MAIN, path));
	assert_string_equal(error.text, sentence);
	assert_null(config);
}

static void
test_every_key(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_free(config) struct config *config = NULL;
	struct config_error error;

	(void)state;
	folder_new(&folder);
	folder_write(&folder, MAIN,
	    "# a comment\n; another\n\n  # indented\n"
	    "[agent]\nsocket=/s\nstore = /t\nmaster_key = /m ; sealed\n"
	    "admin_group = staff\nfetcher = /f\n"
	    "[token] ; of both kinds\nissuer = https://a.test/x#y\n"
	    "audience = b\nalgorithm = EdDSA\naccess_lifetime = 5m\r\n"
	    "refresh_idle = 2d\nrefresh_absolute = 3h\nrefresh_grace = 0\n"
	    "[agent]\n",
	    0644);
	assert_int_equal(load(&folder, true, &config, &error), OK);
	assert_string_equal(config->socket, "/s");
	assert_string_equal(config->store, "/t");
	assert_string_equal(config->master_key, "/m");
	assert_string_equal(config->admin_group, "staff");
	assert_string_equal(config->fetcher, "/f");
	assert_string_equal(config->issuer, "https://a.test/x#y");
	assert_string_equal(config->audience, "b");
	assert_string_equal(config->algorithm, "EdDSA");
	assert_int_equal(config->access_lifetime, 300);
	assert_int_equal(config->refresh_idle, 2 * 86400);
	assert_int_equal(config->refresh_absolute, 3 * 3600);
	assert_int_equal(config->refresh_grace, 0);
}

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void
test_refusals(void **state)
{
	static const struct {
		const char *text;
		const char *sentence; /* behind the name of the file */
	} bad[] = {
	    {"[agent]\nstore = here\n",
		":2: store= takes an absolute path, not \"here\""},
	    {"[agent]\n\nstroe = /x\n",
		":3: unknown key \"stroe\" in section [agent]"},
	    {"[token]\nstore = /x\n",
		":2: unknown key \"store\" in section [token]"},
	    {"[agent]\nStore = /x\n",
		":2: unknown key \"Store\" in section [agent]"},
	    {"[tokne]\n", ":1: unknown section"},
	    {"[" X50 "]\n",
		":1: a section has at most 49 characters in its brackets"},
	    {"[" X50 X50 "]\n",
		":1: a section has at most 49 characters in its brackets"},
	    {"[token\nalgorithm = ES256\n", ":1: a section is written [NAME]"},
	    {"[token] algorithm = RS256\n",
		":1: a section stands on a line of its own"},
	    {"store = /x\n", ":1: a key stands before the first section"},
	    {"[agent]\nstore\n", ":2: neither NAME = VALUE nor [SECTION]"},
	    {"[agent]\nstore =\n", ":2: store= needs a value"},
	    {"[agent]\nstore = ; none\n", ":2: store= needs a value"},
	    {"[agent]\nsocket = /x\n store = /y\n",
		":3: a line may not begin with white space"},
	    {"\v[agent]\nstore = /x\n",
		":1: a line may not begin with white space"},
	    {"[agent]\nstore = /x\n\f[token]\n",
		":3: a line may not begin with white space"},
	    {"[agent]\nstore = /x\nstore = /y\n",
		":3: the key is set twice in this file"},
	    {"[agent]\nstore = /x\n[token]\n[agent]\nstore = /x\n",
		":5: the key is set twice in this file"},
	    {"[agent]\nstore = /" X50 X50 X50 X50 "\n",
		":2: the line is too long"},
	    {"# " X50 X50 X50 X50 "\n", ":1: the line is too long"},
	    {"[agent]\nstore = /x # here\n",
		":2: a comment behind a value begins with ;"},
	    {"[token]\nissuer = a\tb\n",
		":2: a value takes printable ASCII characters only"},
	    {"[token]\nissuer = \xC3\xA4\n",
		":2: a value takes printable ASCII characters only"},
	    {"\xEF\xBB\xBF[agent]\n",
		":1: the file begins with a byte order mark"},
	    {"[token]\nalgorithm = HS256\n",
		":2: algorithm= takes one of ES256|RS256|EdDSA, not "
		"\"HS256\""},
	    {"[token]\nalgorithm = es256\n",
		":2: algorithm= takes one of ES256|RS256|EdDSA, not "
		"\"es256\""},
	    {"[token]\naccess_lifetime = soon\n",
		":2: access_lifetime= takes a time such as 90, 30s, 15m, 8h "
		"or 30d, not \"soon\""},
	    {"[token]\naccess_lifetime = 0\n",
		":2: access_lifetime= takes 1 to 86400 seconds"},
	    {"[token]\naccess_lifetime = 25h\n",
		":2: access_lifetime= takes 1 to 86400 seconds"},
	    {"[token]\nrefresh_idle = 0\n",
		":2: refresh_idle= takes 1 to 315360000 seconds"},
	    {"[token]\nrefresh_absolute = 3651d\n",
		":2: refresh_absolute= takes 1 to 315360000 seconds"},
	    {"[token]\nrefresh_grace = 11m\n",
		":2: refresh_grace= takes 0 to 600 seconds"},
	    {"[agent]\nsocket = /" X50 X50 "1234567\n",
		":2: socket= takes a path of at most 107 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		auto_clear(folder) struct folder folder;
		struct config *config = NULL;
		struct config_error error;
		char path[PATH_MAX], sentence[PATH_MAX + 256];

		folder_new(&folder);
		folder_write(&folder, MAIN, bad[i].text, 0644);
		assert_int_equal(
		    load(&folder, true, &config, &error), ERR_CONFIG);
		snprintf(sentence, sizeof(sentence), "%s%s",
		    folder_path(&folder, MAIN, path), bad[i].sentence);
		assert_string_equal(error.text, sentence);
		assert_null(config);
	}
}

static void
test_nul_byte(void **state)
{
	auto_clear(folder) struct folder folder;
	struct config *config = NULL;
	struct config_error error;
	char path[PATH_MAX];
	FILE *file;

	(void)state;
	folder_new(&folder);
	file = fopen(folder_path(&folder, MAIN, path), "we");
	assert_non_null(file);
	assert_int_equal(fwrite("[agent]\nstore = /x\0y\n", 1, 21, file), 21);
	fclose(file);
	assert_int_equal(load(&folder, true, &config, &error), ERR_CONFIG);
	assert_non_null(strstr(error.text, ":2: the line holds a NUL byte"));
}

static void
test_longest_line(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_free(config) struct config *config = NULL;
	struct config_error error;
	char text[300];

	(void)state;
	folder_new(&folder);
	/* 198 characters and the end of line fill libinih's buffer */
	snprintf(text, sizeof(text), "[agent]\nstore=/%0191d\n", 7);
	folder_write(&folder, MAIN, text, 0644);
	assert_int_equal(load(&folder, true, &config, &error), OK);
	assert_int_equal(strlen(config->store), 192);
	config_free(TAKE(config));
	snprintf(text, sizeof(text), "[agent]\nstore=/%0192d\n", 7);
	folder_write(&folder, MAIN, text, 0644);
	assert_int_equal(load(&folder, true, &config, &error), ERR_CONFIG);
}

static void
test_unreadable(void **state)
{
	auto_clear(folder) struct folder folder;
	struct config *config = NULL;
	struct config_error error;
	char path[PATH_MAX];

	(void)state;
	folder_new(&folder);
	assert_int_equal(mkdir(folder_path(&folder, MAIN, path), 0700), 0);
	assert_int_equal(load(&folder, true, &config, &error), ERR_CONFIG);
	assert_non_null(strstr(error.text, ": Is a directory"));
}

static void
test_further_files(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_free(config) struct config *config = NULL;
	struct config_error error;

	(void)state;
	folder_new(&folder);
	folder_write(&folder, MAIN, "[agent]\nstore = /1\nsocket = /1\n", 0644);
	folder_write(&folder, "conf.d/20.conf", "[agent]\nstore = /3\n", 0644);
	folder_write(&folder, "conf.d/10.conf",
	    "[agent]\nstore = /2\nmaster_key = /2\n", 0644);
	folder_write(&folder, "conf.d/.hidden.conf", "nonsense\n", 0644);
	folder_write(&folder, "conf.d/30.conf~", "nonsense\n", 0644);
	assert_int_equal(load(&folder, true, &config, &error), OK);
	assert_string_equal(config->store, "/3");
	assert_string_equal(config->socket, "/1");
	assert_string_equal(config->master_key, "/2");
	config_free(TAKE(config));

	folder_write(&folder, "conf.d/40.conf", "\nnonsense\n", 0644);
	assert_int_equal(load(&folder, true, &config, &error), ERR_CONFIG);
	assert_non_null(strstr(error.text, "/conf.d/40.conf:2: "));
}

static void
test_too_many_further_files(void **state)
{
	auto_clear(folder) struct folder folder;
	struct config *config = NULL;
	struct config_error error;

	(void)state;
	folder_new(&folder);
	for (int i = 0; i <= CONFIG_FILES_MAX; i++) {
		char name[32];

		snprintf(name, sizeof(name), "conf.d/%03d.conf", i);
		folder_write(&folder, name, "", 0644);
	}
	assert_int_equal(load(&folder, false, &config, &error), ERR_CONFIG);
	assert_non_null(strstr(error.text, "holds more than 100 files"));
}

/* The shipped file, taken "#" off every key and section. */
static void
uncomment(char *text)
{
	char *to = text;

	for (const char *line = text; *line != '\0';) {
		size_t size = strcspn(line, "\n");

		size += line[size] == '\n';
		if (line[0] == '#' &&
		    (line[1] == '[' || (line[1] >= 'a' && line[1] <= 'z'))) {
			line++;
			size--;
		}
		memmove(to, line, size);
		to += size;
		line += size;
	}
	*to = '\0';
}

/* The text of the whole shipped example. */
static char *
example(void)
{
	struct folder source;
	char *text;

	snprintf(source.path, sizeof(source.path), "%s/etc", SOURCE_DIR);
	text = folder_read(&source, MAIN);
	assert_non_null(text);
	uncomment(text);
	return text;
}

static void
assert_has_line(const char *text, const char *key, const char *value)
{
	char line[256];

	snprintf(line, sizeof(line), "\n%s = %s", key, value);
	if (strstr(text, line) == NULL)
		fail_msg("etc/jwt-agent.conf lacks:%s", line);
}

static void
assert_complete(const char *text)
{
	for (int kind = 0; kind < CONFIG_KINDS; kind++) {
		const struct config_kind *table = &config_kinds()[kind];

		for (size_t i = 0; i < table->count; i++) {
			const struct option *option = &table->options[i];
			bool value = !table->named && option->preset != NULL;

			assert_has_line(
			    text, option->name, value ? option->preset : "");
		}
	}
}

static void
test_shipped_file(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_free(config) struct config *config = NULL;
	auto_str char *text = example();
	struct config_error error;
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/etc/jwt-agent.conf", SOURCE_DIR);
	assert_int_equal(config_load(path, true, &config, &error), OK);
	assert_defaults(config);
	assert_int_equal(config->issuer_count, 0);
	assert_int_equal(config->service_count, 1);
	config_free(TAKE(config));

	assert_complete(text);
	folder_new(&folder);
	folder_write(&folder, MAIN, text, 0644);
	if (load(&folder, true, &config, &error) != OK)
		fail_msg("%s", error.text);
	assert_string_equal(config->issuer, "urn:jwt-agent:HOST");
	assert_string_equal(config->audience, "urn:jwt-agent:HOST");
	assert_int_equal(config->issuer_count, 4);
	assert_int_equal(config->service_count, 4);
}

/* What `config show` says is a configuration that it shows in the same way. */
static void
test_shown_is_read_back(void **state)
{
	static struct command_run first, second;
	auto_clear(folder) struct folder folder;
	auto_str char *text = example();
	char path[PATH_MAX];

	(void)state;
	folder_new(&folder);
	folder_write(&folder, MAIN, text, 0644);
	folder_path(&folder, MAIN, path);
	command_run(&first, "config", "show", "--config", path, NULL);
	assert_int_equal(first.code, 0);
	assert_non_null(strstr(first.said,
	    "\n[issuer legacy]\nissuer = legacy\ndiscovery = no\n"
	    "secret_file = /etc/jwt-agent/legacy.secret\n"
	    "algorithms = HS256\naudience = urn:jwt-agent:HOST\n"
	    "leeway = 60s\nuser_claim = sub\ngroups_claim = groups\n"
	    "accept_until = 2027-06-30\n"
	    "algorithms_until = HS256 2027-03-31\n"
	    "\n[service *]\nreplay = allow\n"));
	assert_non_null(strstr(first.said,
	    "\nusername_map = svc-backup -> "
	    "backup\nusername_map = {user}"));
	folder_write(&folder, MAIN, first.said, 0644);
	command_run(&second, "config", "show", "--config", path, NULL);
	assert_int_equal(second.code, 0);
	assert_string_equal(second.said, first.said);
}

#define X90                                                                    \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                        \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void
test_long_lists_are_read_back(void **state)
{
	static struct command_run run;
	auto_clear(folder) struct folder folder;
	auto_free(config) struct config *config = NULL;
	struct config_error error;
	const struct texts *groups;
	char path[PATH_MAX];

	(void)state;
	folder_new(&folder);
	folder_write(&folder, MAIN,
	    "[service a]\nrequire_groups = " X90 "," X90 "\n"
	    "require_groups = a,#b,;c," X90 X50 "\n",
	    0644);
	folder_path(&folder, MAIN, path);
	command_run(&run, "config", "show", "--config", path, NULL);
	assert_int_equal(run.code, 0);
	folder_write(&folder, MAIN, run.said, 0644);
	if (load(&folder, true, &config, &error) != OK)
		fail_msg("%s", error.text);
	groups = &config_service(config, "a")->require_groups;
	assert_int_equal(groups->count, 6);
	assert_string_equal(groups->item[3], "#b");
	assert_string_equal(groups->item[4], ";c");
	assert_string_equal(groups->item[5], X90 X50);
}

static void
test_shown_as_json(void **state)
{
	static struct command_run run;
	auto_clear(folder) struct folder folder;
	auto_str char *text = example();
	char path[PATH_MAX];
	json_t *json, *corp, *sudo, *partner;

	(void)state;
	folder_new(&folder);
	folder_write(&folder, MAIN, text, 0644);
	command_run(&run, "config", "show", "--json", "--config",
	    folder_path(&folder, MAIN, path), NULL);
	assert_int_equal(run.code, 0);
	json = command_json(&run);
	assert_int_equal(
	    json_unpack(json, "{s{so,so} s{so}}", "issuer", "corp", &corp,
		"partner", &partner, "service", "sudo", &sudo),
	    0);
	assert_true(json_is_true(json_object_get(corp, "discovery")));
	assert_int_equal(
	    json_array_size(json_object_get(corp, "username_map")), 3);
	assert_true(json_is_null(json_object_get(corp, "jwks_url")));
	assert_true(json_is_null(json_object_get(partner, "keys_min_age")));
	assert_int_equal(
	    json_integer_value(json_object_get(sudo, "max_auth_age")), 300);
	assert_int_equal(
	    json_integer_value(json_object_get(sudo, "min_uid")), 1000);
	assert_true(json_is_null(json_object_get(sudo, "session_max")));
	json_decref(json);
	command_run(
	    &run, "config", "show", "--json", "--config", "/dev/null", NULL);
	json = command_json(&run);
	assert_true(json_is_object(json_object_get(json, "issuer")));
	assert_true(json_is_object(
	    json_object_get(json_object_get(json, "service"), "*")));
	json_decref(json);
}

static void
test_files_are_checked(void **state)
{
	static struct command_run run;
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX], sentence[PATH_MAX + 128];

	(void)state;
	folder_new(&folder);
	folder_write(&folder, MAIN,
	    "[issuer a]\nissuer = a\nkeys_file = /nowhere\n", 0644);
	folder_path(&folder, MAIN, path);
	snprintf(sentence, sizeof(sentence),
	    "%s:3: keys_file=: /nowhere cannot be read: No such file or "
	    "directory\n",
	    path);
	command_run(&run, "config", "check", "--config", path, NULL);
	assert_int_equal(run.code, 2);
	assert_string_equal(run.complained, sentence);
	command_run(&run, "serve", "--config", path, NULL);
	assert_int_equal(run.code, 2);
	assert_non_null(strstr(run.complained, sentence));
	assert_string_equal(run.said, "");
	command_run(&run, "config", "show", "--config", path, NULL);
	assert_int_equal(run.code, 0);
}

static void
test_program_checks(void **state)
{
	static struct command_run run;
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX], sentence[PATH_MAX + 128];

	(void)state;
	folder_new(&folder);
	folder_write(
	    &folder, MAIN, "[agent]\nadmin_group = " REFUSED_GROUP "\n", 0644);
	folder_path(&folder, MAIN, path);
	snprintf(
	    sentence, sizeof(sentence), "%s:2: refused by the program\n", path);
	command_run(&run, "config", "check", "--config", path, NULL);
	assert_int_equal(run.code, 2);
	assert_string_equal(run.complained, sentence);
	folder_write(&folder, MAIN, "[agent]\nadmin_group = x\n", 0644);
	command_run(&run, "config", "check", "--config", path, NULL);
	assert_int_equal(run.code, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_missing_file),
	    cmocka_unit_test(test_every_key),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_nul_byte),
	    cmocka_unit_test(test_longest_line),
	    cmocka_unit_test(test_unreadable),
	    cmocka_unit_test(test_further_files),
	    cmocka_unit_test(test_too_many_further_files),
	    cmocka_unit_test(test_shipped_file),
	    cmocka_unit_test(test_shown_is_read_back),
	    cmocka_unit_test(test_long_lists_are_read_back),
	    cmocka_unit_test(test_shown_as_json),
	    cmocka_unit_test(test_files_are_checked),
	    cmocka_unit_test(test_program_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
