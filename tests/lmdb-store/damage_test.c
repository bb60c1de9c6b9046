/* SPDX-License-Identifier: BSD-3-Clause */

/* Bits of a store's file are flipped, bytes and sectors overwritten, pages cut
 * off: whatever is read from it then, a revoked device is not active again, and
 * what cannot be read is said, at the latest by the next start. */

#include "lmdb-store/damage.h"

#include "lmdb-store/check.h"
#include "tests/lmdb-store/sample.h"
#include "tests/lmdb-store/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE ((size_t)4096)
#define SECTOR ((size_t)512)
#define DEVICES 120
#define RANDOM_ROUNDS 300
#define SECONDS_MAX 60 /* of one reader, which is one that hangs */

enum outcome {
	SOUND = 40,  /* opened, and the check found nothing */
	REFUSED,     /* not opened, with a sentence */
	REPORTED,    /* the check found something, or could not go on */
	WRONG,	     /* a revoked device was active */
	SPEECHLESS,  /* refused without a sentence */
	DIED,	     /* after saying so, with the mark */
	DIED_UNSAID, /* without */
	OUTCOMES
};

struct bench {
	struct scratch *scratch;
	char *file; /* of the sound store */
	size_t size;
	int said; /* the children's standard error */
	int count[OUTCOMES];
};

static void
name_of(int number, char name[8])
{
	snprintf(name, 8, "D%03d", number);
}

static void
put(struct scratch *scratch, int number)
{
	char name[8];

	name_of(number, name);
	{
		auto_clear(device_record) struct device_record device =
		    sample_device(name, 1000);
		auto_clear(family_record) struct family_record family =
		    sample_family(store_seal(scratch->store), name);

		sample_set(&device.family, name);
		sample_set(&family.device, name);
		assert_int_equal(device_put(scratch->txn, &device), OK);
		assert_int_equal(family_put(scratch->txn, &family), OK);
		if (number % 2 == 0)
			return;
		sample_set(&device.state, DEVICE_REVOKED);
		device.revoked = device.created;
		assert_int_equal(device_put(scratch->txn, &device), OK);
	}
}

/* Every second device is revoked; in several transactions, so that pages
 * become free. */
static void
fill(struct scratch *scratch)
{
	scratch_begin(scratch, TXN_WRITE);
	for (int i = 0; i < DEVICES; i++) {
		put(scratch, i);
		if (i % 20 != 19)
			continue;
		scratch_commit(scratch);
		scratch_begin(scratch, TXN_WRITE);
	}
	scratch_commit(scratch);
}

static int
set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	char said[128];
	void *scratch;

	assert_non_null(bench);
	scratch_setup(&scratch);
	bench->scratch = scratch;
	scratch_open(bench->scratch);
	fill(bench->scratch);
	scratch_close(bench->scratch);
	bench->file = scratch_read(bench->scratch->data_path, &bench->size);
	snprintf(said, sizeof(said), "%s/said", bench->scratch->directory);
	bench->said = open(said, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(bench->said >= 0);
	*state = bench;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *bench = *state;
	void *scratch = bench->scratch;

	close(bench->said);
	free(bench->file);
	scratch_teardown(&scratch);
	free(bench);
	return 0;
}

static enum outcome
look(struct scratch *scratch)
{
	struct check_total total = {0};
	struct txn *txn = NULL;
	enum err e = store_begin(scratch->store, TXN_READ, &txn);

	for (int i = 1; i < DEVICES && e == OK; i += 2) {
		auto_clear(device_record) struct device_record device = {0};
		char name[8];

		name_of(i, name);
		if (device_get(txn, name, &device) == OK &&
		    strcmp(device.state, DEVICE_ACTIVE) == 0)
			return WRONG;
	}
	if (e == OK)
		e = check_all(txn, store_seal(scratch->store), &total);
	txn_free(txn);
	if (total.problems > 0)
		dprintf(STDERR_FILENO, "%s %s: %s\n", total.first.rule,
		    total.first.key, total.first.problem);
	return e == OK && total.problems == 0 ? SOUND : REPORTED;
}

/* What an agent does with the store, in a process of its own. */
static void
read_store(struct scratch *scratch)
{
	struct store_error why = {""};
	enum outcome outcome = REFUSED;

	/* cmocka has its own handlers */
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	damage_watch(scratch->store_path);
	if (scratch_try_open(scratch, &why) == OK) {
		outcome = look(scratch);
		scratch_close(scratch);
	} else if (why.text[0] == '\0') {
		outcome = SPEECHLESS;
	}
	_exit((int)outcome);
}

static char *
mark_path(const struct bench *bench)
{
	char *path = NULL;

	assert_true(
	    asprintf(&path, "%s/" DAMAGE_MARK, bench->scratch->store_path) > 0);
	return path;
}

static enum outcome
outcome_of_death(const struct bench *bench, int status)
{
	auto_str char *mark = mark_path(bench);
	struct stat said;

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		fail_msg("a reader hung");
	assert_int_equal(fstat(bench->said, &said), 0);
	return said.st_size > 0 && access(mark, F_OK) == 0 ? DIED : DIED_UNSAID;
}

static enum outcome
try_store(struct bench *bench)
{
	const struct rlimit no_core = {0, 0};
	int status = 0;
	pid_t child;

	assert_int_equal(ftruncate(bench->said, 0), 0);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		dup2(bench->said, STDERR_FILENO);
		alarm(SECONDS_MAX);
		read_store(bench->scratch);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) >= SOUND &&
	    WEXITSTATUS(status) < DIED)
		return (enum outcome)WEXITSTATUS(status);
	return outcome_of_death(bench, status);
}

/* For whoever wants to see what was found. */
static void
show(const struct bench *bench, const char *what)
{
	char said[512] = "";

	if (pread(bench->said, said, sizeof(said) - 1, 0) > 0)
		print_message("%s: %s", what, said);
}

/* A reader that died has left a mark: the next one refuses, and says why. */
static void
try_file(struct bench *bench, const char *what, const char *file, size_t size)
{
	auto_str char *mark = mark_path(bench);
	enum outcome outcome;

	scratch_write(bench->scratch->data_path, file, size, 0600);
	unlink(mark);
	outcome = try_store(bench);
	bench->count[outcome]++;
	if (outcome == REPORTED && getenv("SHOW_DAMAGE") != NULL)
		show(bench, what);
	if (outcome == WRONG || outcome == SPEECHLESS || outcome == DIED_UNSAID)
		fail_msg("%s: outcome %d", what, outcome);
	if (outcome == DIED && try_store(bench) != REFUSED)
		fail_msg("%s: not refused after it had killed a reader", what);
	unlink(mark);
}

static void
tell(const struct bench *bench)
{
	print_message(
	    "%d sound, %d refused, %d reported, %d died and said so\n",
	    bench->count[SOUND], bench->count[REFUSED], bench->count[REPORTED],
	    bench->count[DIED]);
}

static void
a_sound_store_is_sound(void **state)
{
	struct bench *bench = *state;

	try_file(bench, "as it is", bench->file, bench->size);
	assert_int_equal(bench->count[SOUND], 1);
}

static void
cut_at_each_page(void **state)
{
	struct bench *bench = *state;
	char what[32];

	for (size_t size = 0; size < bench->size; size += PAGE) {
		snprintf(what, sizeof(what), "cut to %zu", size);
		try_file(bench, what, bench->file, size);
		snprintf(what, sizeof(what), "cut to %zu", size + 100);
		try_file(bench, what, bench->file, size + 100);
	}
	tell(bench);
	assert_true(bench->count[REFUSED] > 0);
	/* nothing at all, and a file whose last page is free */
	assert_in_range(bench->count[SOUND], 1, 5);
}

/* One of the kinds of damage at a place. */
static void
harm(char *file, size_t at, int kind)
{
	switch (kind) {
	case 0:
		file[at] = (char)(file[at] ^ 1 << random() % 8);
		break;
	case 1:
		file[at] = (char)random();
		break;
	case 2:
		memset(file + at / SECTOR * SECTOR, 0, SECTOR);
		break;
	default:
		for (size_t i = at / SECTOR * SECTOR;
		     i < at / SECTOR * SECTOR + SECTOR; i++)
			file[i] = (char)random();
	}
}

static void
harm_at(struct bench *bench, size_t at, int kind)
{
	auto_str char *file = malloc(bench->size);
	char what[48];

	assert_non_null(file);
	memcpy(file, bench->file, bench->size);
	harm(file, at, kind);
	snprintf(what, sizeof(what), "kind %d at %zu", kind, at);
	try_file(bench, what, file, bench->size);
}

/* Where LMDB keeps what it follows: page number, flags, bounds, pointers. */
static void
the_head_of_each_page(void **state)
{
	struct bench *bench = *state;

	srandom(1);
	for (size_t page = 0; page < bench->size; page += PAGE)
		for (int i = 0; i < 6; i++)
			harm_at(bench, page + (size_t)(random() % 24), i % 2);
	tell(bench);
	assert_true(bench->count[REFUSED] + bench->count[REPORTED] > 0);
}

static void
anywhere(void **state)
{
	struct bench *bench = *state;

	srandom(2);
	for (int i = 0; i < RANDOM_ROUNDS; i++)
		harm_at(bench, (size_t)random() % bench->size, i % 4);
	tell(bench);
	assert_true(bench->count[REFUSED] + bench->count[REPORTED] > 0);
}

/* In the head of its entry each key has its size before it: two bytes. */
static int
rub_out(struct bench *bench, int number)
{
	char name[8], *at = bench->file, *end = bench->file + bench->size;
	uint16_t size;
	int found = 0;

	name_of(number, name);
	size = (uint16_t)strlen(name);
	while ((at = memmem(at, (size_t)(end - at), name, size)) != NULL) {
		if (memcmp(at - sizeof(size), &size, sizeof(size)) == 0) {
			memset(at - sizeof(size), 0, sizeof(size));
			found++;
		}
		at += size;
	}
	return found;
}

/* Whoever goes on behind a key of no bytes begins anew. */
static void
first_keys_of_no_bytes(void **state)
{
	struct bench *bench = *state;

	assert_true(rub_out(bench, 0) > 0);
	assert_true(rub_out(bench, 1) > 0);
	try_file(bench, "no keys", bench->file, bench->size);
	assert_int_equal(bench->count[REPORTED], 1);
}

/* The mark of a process that died of something else. */
static void
a_sound_store_goes_on_after_a_mark(void **state)
{
	struct bench *bench = *state;
	auto_str char *mark = mark_path(bench);

	scratch_write(mark, "", 0, 0600);
	assert_int_equal(try_store(bench), SOUND);
	assert_int_not_equal(access(mark, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_sound_store_is_sound, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		cut_at_each_page, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		the_head_of_each_page, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(anywhere, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		first_keys_of_no_bytes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_sound_store_goes_on_after_a_mark, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
