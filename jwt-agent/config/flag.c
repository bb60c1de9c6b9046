/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/flag.h"

#include "jwt-agent/config/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 3

static const struct {
	const char *name;
	int64_t built_in;
	const char *help, *off;
} rows[FLAG_COUNT] = {
#define F(id, name, built_in, help, off) {name, built_in, help, off},
    FLAGS(F)
#undef F
};

const char *
flag_name(enum flag flag)
{
	return rows[flag].name;
}

const char *
flag_help(enum flag flag)
{
	return rows[flag].help;
}

const char *
flag_off_means(enum flag flag)
{
	return rows[flag].off;
}

bool
flag_find(const char *name, enum flag *out)
{
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		if (strcmp(rows[flag].name, name) == 0) {
			*out = flag;
			return true;
		}
	return false;
}

bool
flag_state_read(const char *text, int64_t *percent)
{
	size_t digits = strspn(text, "0123456789");
	long number;

	if (strcmp(text, "on") == 0 || strcmp(text, "off") == 0) {
		*percent = strcmp(text, "on") == 0 ? FLAG_ON : FLAG_OFF;
		return true;
	}
	if (digits == 0 || digits > DIGITS_MAX ||
	    strcmp(text + digits, "%") != 0)
		return false;
	number = strtol(text, NULL, 10);
	if (number > FLAG_ON)
		return false;
	*percent = number;
	return true;
}

void
flag_state_write(int64_t percent, char text[FLAG_STATE_SIZE])
{
	if (percent <= FLAG_OFF || percent >= FLAG_ON)
		snprintf(text, FLAG_STATE_SIZE, "%s",
		    percent <= FLAG_OFF ? "off" : "on");
	else
		snprintf(text, FLAG_STATE_SIZE, "%d%%", (int)percent % FLAG_ON);
}

/* The section of the flag, or NULL. */
static const struct flag_config *
find_section(const struct config *config, enum flag flag)
{
	for (size_t i = 0; i < config->flag_count; i++)
		if (strcmp(config->flags[i].name, rows[flag].name) == 0)
			return &config->flags[i];
	return NULL;
}

/* require_key= of [device] is older than flags. */
int64_t
config_flag(const struct config *config, enum flag flag, const char **why)
{
	const struct flag_config *section = find_section(config, flag);
	int64_t percent = rows[flag].built_in;
	bool configured =
	    section != NULL && flag_state_read(section->preset, &percent);

	if (flag == FLAG_DEVICE_KEY_REQUIRED && config->require_key) {
		percent = FLAG_ON;
		configured = true;
	}
	*why = configured ? FLAG_WHY_CONFIGURED : FLAG_WHY_BUILT_IN;
	return percent;
}
