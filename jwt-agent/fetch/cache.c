/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"

/* One directive: its name, and the text of its argument without quotes. */
struct directive {
	const char *name;
	size_t name_size;
	const char *argument;
	size_t argument_size;
};

static int64_t
smaller(int64_t a, int64_t b)
{
	if (a == CACHE_SILENT || b == CACHE_SILENT)
		return a == CACHE_SILENT ? b : a;
	return a < b ? a : b;
}

/* Digits only (RFC 9111 section 1.2.2), else CACHE_SILENT. */
static int64_t
read_seconds(const char *text, size_t size)
{
	int64_t seconds = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return CACHE_SILENT;
		seconds = seconds * 10 + (text[i] - '0');
		if (seconds > CACHE_SECONDS_MAX)
			seconds = CACHE_SECONDS_MAX;
	}
	return size > 0 ? seconds : CACHE_SILENT;
}

/* Behind a quoted string, in which a comma separates nothing. */
static const char *
read_quoted(const char *at, struct directive *out)
{
	out->argument = ++at;
	while (*at != '\0' && *at != '"')
		at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
	out->argument_size = (size_t)(at - out->argument);
	return *at == '"' ? at + 1 : at;
}

static const char *
read_token(const char *at, struct directive *out)
{
	out->argument = at;
	out->argument_size = strcspn(at, "," BLANKS);
	return at + out->argument_size;
}

/* Reads the directive at `at`, which is not its end; returns the next one. */
static const char *
read_directive(const char *at, struct directive *out)
{
	*out = (struct directive){at, strcspn(at, "=," BLANKS), NULL, 0};
	at += out->name_size;
	if (*at == '=')
		at = at[1] == '"' ? read_quoted(at + 1, out)
				  : read_token(at + 1, out);
	at += strcspn(at, ",");
	return at + strspn(at, "," BLANKS);
}

static bool
is_named(const struct directive *directive, const char *name)
{
	return directive->name_size == strlen(name) &&
	    strncasecmp(directive->name, name, directive->name_size) == 0;
}

int64_t
cache_max_age(const char *value)
{
	int64_t max_age = CACHE_SILENT;
	struct directive directive;

	value += strspn(value, "," BLANKS);
	while (*value != '\0') {
		value = read_directive(value, &directive);
		if (is_named(&directive, "no-store") ||
		    is_named(&directive, "no-cache"))
			max_age = 0;
		else if (is_named(&directive, "max-age"))
			max_age = smaller(max_age,
			    read_seconds(
				directive.argument, directive.argument_size));
	}
	return max_age;
}

/* The value of the field if it has this name, else NULL. */
static const char *
value_of(const char *line, const char *name)
{
	size_t size = strlen(name);

	if (strncasecmp(line, name, size) != 0 || line[size] != ':')
		return NULL;
	return line + size + 1 + strspn(line + size + 1, BLANKS);
}

void
cache_take(struct cache *cache, const char *line)
{
	const char *value = value_of(line, "Cache-Control");

	if (value != NULL)
		cache->max_age = smaller(cache->max_age, cache_max_age(value));
	value = value_of(line, "Age");
	if (value != NULL) {
		int64_t age = read_seconds(value, strcspn(value, BLANKS));

		cache->age = age > cache->age ? age : cache->age;
	}
}

int64_t
cache_left(const struct cache *cache)
{
	if (cache->max_age == CACHE_SILENT)
		return CACHE_SILENT;
	return cache->max_age > cache->age ? cache->max_age - cache->age : 0;
}
