/* SPDX-License-Identifier: BSD-3-Clause */
/* Each allocation fails once while a configuration is read: the answer says
 * so, and under a sanitizer nothing is lost. */
#include "tests/config/loaded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define FAULTS_MAX 2000

/* The allocation that fails, counted down; 0: none. */
static int countdown;

void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);

static bool
fails(void)
{
	return countdown > 0 && --countdown == 0;
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : __real_strndup(text, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return fails() ? NULL : __real_realloc(block, size);
}

void *
__wrap_reallocarray(void *block, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(block, count, size);
}

static void
test_every_allocation(void **state)
{
	auto_clear(loaded) struct loaded loaded;
	int faults = 1;
	enum err e;

	(void)state;
	loaded_new(&loaded);
	folder_write(&loaded.folder, MAIN,
	    "[agent]\nsocket = /s\n[issuer a]\nissuer = a\n"
	    "keys_file = /a, /b\naudience = c\nkeys_file = /d\n"
	    "[issuer b]\nissuer = b\n" KEYS
	    "[service *]\nusers = a, b\nreplay = once\n"
	    "deny_message = no\n[service c]\nmin_uid = 5\n",
	    0644);
	folder_write(&loaded.folder, "conf.d/1.conf",
	    "[issuer a]\naudience = d\n[service d]\n", 0644);
	do {
		countdown = faults;
		e = config_load(
		    loaded.path, true, &loaded.config, &loaded.error);
		if (countdown > 0)
			break;
		assert_int_equal(e, ERR_NO_MEMORY);
		assert_null(loaded.config);
	} while (++faults < FAULTS_MAX);
	countdown = 0;
	assert_int_equal(e, OK);
	assert_int_equal(loaded.config->service_count, 3);
	assert_in_range(faults, 60, FAULTS_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
