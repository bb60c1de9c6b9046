/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/masterkey_command.h"

#include "lmdb-store/masterkey.h"
#include "tests/lmdb-store/scratch.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

static const char bytes[] = "0123456789abcdef0123456789ABCDEF";
#define HEX "3031323334353637383961626364656630313233343536373839414243444546"
#define BASE64 "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY"

#define SOON_MS 60000

/* A shell script beside the store. */
static void
program(
    const struct scratch *scratch, const char *body, int mode, char path[128])
{
	char text[1024];
	int size = snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);

	snprintf(path, 128, "%s/program", scratch->directory);
	scratch_write(path, text, (size_t)size, mode);
}

static enum err
run(void **state, const char *body, const char *words, int timeout_ms,
    struct secret **key, struct store_error *why)
{
	char path[128], command[256];

	program(*state, body, 0700, path);
	snprintf(command, sizeof(command), "%s%s", path, words);
	why->text[0] = '\0';
	return masterkey_command(key, command, timeout_ms, why);
}

static void
assert_key(void **state, const char *body, const char *words)
{
	auto_free(secret) struct secret *key = NULL;
	struct store_error why;

	if (run(state, body, words, SOON_MS, &key, &why) != OK)
		fail_msg("%s: %s", body, why.text);
	assert_true(secret_equal(key, bytes, MASTERKEY_SIZE));
}

static void
assert_no_key(void **state, const char *body, enum err e, const char *word)
{
	struct secret *key = NULL;
	struct store_error why;

	assert_int_equal(run(state, body, "", SOON_MS, &key, &why), e);
	assert_null(key);
	if (strstr(why.text, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why.text, word);
}

static void
test_forms(void **state)
{
	assert_key(state, "printf %s 0123456789abcdef0123456789ABCDEF", "");
	assert_key(state, "echo " HEX, "");
	assert_key(state, "printf ' %s\\r\\n' " HEX, "");
	assert_key(state, "printf " HEX, "");
	assert_key(state, "echo " BASE64, "");
	assert_key(state, "echo " BASE64 "=", "");
}

static void
test_both_alphabets(void **state)
{
	static const uint8_t all[] = {[0 ... MASTERKEY_SIZE - 1] = 0xfb};
	static const char *const printed[] = {
	    "echo +/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=",
	    "echo -_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"};

	for (size_t i = 0; i < 2; i++) {
		auto_free(secret) struct secret *key = NULL;
		struct store_error why;

		assert_int_equal(
		    run(state, printed[i], "", SOON_MS, &key, &why), OK);
		assert_true(secret_equal(key, all, MASTERKEY_SIZE));
	}
}

static void
test_no_key(void **state)
{
	assert_no_key(state, ":", ERR_CONFIG, "no master key");
	assert_no_key(state, "echo " HEX "00", ERR_CONFIG, "no master key");
	assert_no_key(state,
	    "echo g031323334353637383961626364656630313233343536373839414243"
	    "444546",
	    ERR_CONFIG, "no master key");
	assert_no_key(state, "echo 0123456789abcdef0123456789ABCDEF",
	    ERR_CONFIG, "no master key");
	assert_no_key(state, "echo " BASE64 "==", ERR_CONFIG, "no master key");
	/* the last character has stray bits */
	assert_no_key(state, "echo MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUZ",
	    ERR_CONFIG, "no master key");
}

static void
test_much_output(void **state)
{
	struct secret *key = NULL;
	struct store_error why;

	assert_int_equal(
	    run(state, "exec yes", "", SOON_MS, &key, &why), ERR_CONFIG);
	assert_no_key(state,
	    "trap '' PIPE; i=0; while [ $i -lt 40 ]; do echo " HEX
	    " 2>&-; i=$((i+1)); done; exit 0",
	    ERR_CONFIG, "no master key");
}

static void
test_arguments_and_surroundings(void **state)
{
	assert_key(state,
	    "[ $# = 2 ] && [ \"$1\" = --name ] && [ \"$2\" = 'x;y' ] && "
	    "echo " HEX,
	    "  --name\t x;y ");
	setenv("JWT_AGENT_TEST", "1", 1);
	assert_key(state,
	    "[ -z \"$JWT_AGENT_TEST$HOME\" ] && ! read -r line && echo " HEX,
	    "");
	unsetenv("JWT_AGENT_TEST");
	assert_key(state,
	    "for fd in /proc/self/fd/*; do case ${fd##*/} in 0|1|2|3|10) ;; *) "
	    "exit 9;; esac; done; echo " HEX,
	    "");
}

static void
test_status_and_last_line(void **state)
{
	assert_no_key(state, "echo first >&2; echo 'no slot 7' >&2; exit 3",
	    ERR_CONFIG, "program ended with status 3: no slot 7");
	assert_no_key(
	    state, "echo " HEX "; exit 1", ERR_CONFIG, "ended with status 1");
	assert_no_key(state, "kill -9 $$", ERR_CONFIG, "ended with signal 9");
	assert_no_key(state,
	    "i=0; while [ $i -lt 99 ]; do echo a long line of errors >&2; "
	    "i=$((i+1)); done; printf 'the\\033 end' >&2; exit 4",
	    ERR_CONFIG, "status 4: the? end");
}

/* It hangs, and so does what it started; both are gone afterwards. */
static void
test_time_is_up(void **state)
{
	struct scratch *scratch = *state;
	struct secret *key = NULL;
	struct store_error why;
	char path[128], body[512], *end;
	auto_str char *pid = NULL;
	auto_fd int pidfd = -1;
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/pid", scratch->directory);
	snprintf(body, sizeof(body),
	    "sleep 1000 & echo $! > %s.new; mv %s.new %s; wait", path, path,
	    path);
	assert_int_equal(run(state, body, "", 1000, &key, &why), ERR_TIMEOUT);
	assert_non_null(strstr(why.text, "in time"));
	if (access(path, F_OK) != 0)
		skip(); /* the machine was too busy to start it */
	pid = scratch_read(path, &size);
	pid[size] = '\0';
	pidfd = pidfd_open((pid_t)strtol(pid, &end, 10), 0);
	if (pidfd >= 0)
		assert_int_equal(
		    poll(&(struct pollfd){pidfd, POLLIN, 0}, 1, SOON_MS), 1);
}

static void
test_refused_programs(void **state)
{
	const struct scratch *scratch = *state;
	struct secret *key = NULL;
	struct store_error why;
	char path[128];

	program(scratch, "echo " HEX, 0720, path);
	assert_int_equal(
	    masterkey_command(&key, path, SOON_MS, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "chmod go-w"));
	program(scratch, "echo " HEX, 0702, path);
	assert_int_equal(
	    masterkey_command(&key, path, SOON_MS, &why), ERR_CONFIG);
	program(scratch, "echo " HEX, 0600, path);
	assert_int_equal(masterkey_command(&key, path, SOON_MS, &why), ERR_IO);
	assert_non_null(strstr(why.text, "started"));
	assert_int_equal(
	    masterkey_command(&key, "program", SOON_MS, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "absolute"));
	assert_int_equal(
	    masterkey_command(&key, " \t", SOON_MS, &why), ERR_CONFIG);
	assert_int_equal(
	    masterkey_command(&key, "/nonexistent", SOON_MS, &why), ERR_CONFIG);
	assert_int_equal(
	    masterkey_command(&key, "/tmp", SOON_MS, &why), ERR_CONFIG);
	assert_int_equal(masterkey_command(&key,
			     "/bin/true 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 "
			     "16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 "
			     "32",
			     SOON_MS, &why),
	    ERR_CONFIG);
	assert_non_null(strstr(why.text, "words"));
	assert_null(key);
}

static void
test_program_of_somebody_else(void **state)
{
	struct secret *key = NULL;
	struct store_error why;
	char path[128];

	if (geteuid() != 0)
		skip();
	program(*state, "echo " HEX, 0755, path);
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(
	    masterkey_command(&key, path, SOON_MS, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "12345"));
}

/* A store under the key of a command, and who tells whom. */
static void
test_store(void **state)
{
	struct scratch *scratch = *state;
	char path[128];
	struct store_options options = {
	    .path = scratch->store_path,
	    .master_key = scratch->key_path,
	    .map_start = scratch->map_start,
	    .map_max = scratch->map_max,
	    .host = &host_system,
	    .master_key_command = path,
	};
	struct store_error why;

	program(scratch, "echo " HEX, 0700, path);
	assert_int_equal(store_open(&scratch->store, &options, &why), OK);
	scratch_close(scratch);
	assert_int_equal(access(scratch->key_path, F_OK), -1);
	program(scratch, "exit 7", 0700, path);
	assert_int_equal(
	    store_open(&scratch->store, &options, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "status 7"));
	program(scratch, "echo " BASE64 "| tr M N", 0700, path);
	assert_int_equal(
	    store_open(&scratch->store, &options, &why), ERR_CRYPTO);
	assert_non_null(strstr(why.text, "of master_key_command"));
	program(scratch, "echo " BASE64, 0700, path);
	assert_int_equal(store_open(&scratch->store, &options, &why), OK);
}

/* The store is not even made when there is no key for it. */
static void
test_store_is_not_touched(void **state)
{
	struct scratch *scratch = *state;
	struct store_options options = {
	    .path = scratch->store_path,
	    .master_key = scratch->key_path,
	    .map_start = scratch->map_start,
	    .map_max = scratch->map_max,
	    .host = &host_system,
	    .master_key_command = "/bin/false",
	};
	struct store_error why;

	assert_int_equal(
	    store_open(&scratch->store, &options, &why), ERR_CONFIG);
	assert_int_equal(access(scratch->store_path, F_OK), -1);
	assert_int_equal(access(scratch->key_path, F_OK), -1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_forms),
	    TEST(test_both_alphabets),
	    TEST(test_no_key),
	    TEST(test_much_output),
	    TEST(test_arguments_and_surroundings),
	    TEST(test_status_and_last_line),
	    TEST(test_time_is_up),
	    TEST(test_refused_programs),
	    TEST(test_program_of_somebody_else),
	    TEST(test_store),
	    TEST(test_store_is_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
