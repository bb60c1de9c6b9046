/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/config/loaded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

void
loaded_new(struct loaded *loaded)
{
	*loaded = (struct loaded){0};
	folder_new(&loaded->folder);
	folder_path(&loaded->folder, MAIN, loaded->path);
}

void
loaded_clear(struct loaded *loaded)
{
	config_free(loaded->config);
	folder_clear(&loaded->folder);
}

enum err
loaded_try(struct loaded *loaded, const char *text, const char *more)
{
	config_free(TAKE(loaded->config));
	folder_write(&loaded->folder, MAIN, text, 0644);
	if (more != NULL)
		folder_write(&loaded->folder, "conf.d/1.conf", more, 0644);
	return config_load(loaded->path, true, &loaded->config, &loaded->error);
}

const struct config *
loaded_read(struct loaded *loaded, const char *text)
{
	if (loaded_try(loaded, text, NULL) != OK)
		fail_msg("%s\nin:\n%s", loaded->error.text, text);
	return loaded->config;
}

void
loaded_refused(const char *text, const char *sentence)
{
	auto_clear(loaded) struct loaded loaded;
	char expected[PATH_MAX + 512];

	loaded_new(&loaded);
	if (loaded_try(&loaded, text, NULL) != ERR_CONFIG)
		fail_msg("taken:\n%s", text);
	assert_null(loaded.config);
	snprintf(expected, sizeof(expected), "%s%s", loaded.path, sentence);
	assert_string_equal(loaded.error.text, expected);
}
