/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/pattern.h"

#include <errno.h>
#include <locale.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define REPEAT_MAX 255 /* POSIX's RE_DUP_MAX */
#define COMPILE_MEMORY ((size_t)8 * 1024 * 1024)

/*
 * glibc's matcher makes a state for what it has not seen before, and keeps it;
 * some expressions make one for every byte, of up to 30 KB. So it starts
 * afresh after this many bytes, which ordinary expressions, having few
 * states, hardly notice.
 */
#define LEARNED_MAX 1024

struct pattern {
	char *text; /* anchored */
	regex_t regex;
	bool is_compiled;
	size_t learned; /* bytes matched since it was compiled */
};

/* One group, or the expression: how long it is written out, and whether it
 * may match nothing. */
struct level {
	size_t items;
	bool other_empty;  /* an alternative before may */
	bool before_empty; /* this one before its last item */
	bool last_empty;   /* that item; a repetition would repeat it */
};

struct scan {
	const char *at;
	size_t last; /* items of the last item */
	size_t depth;
	struct level level[PATTERN_DEPTH_MAX + 1];
};

static struct level *
level_of(struct scan *scan)
{
	return &scan->level[scan->depth];
}

static const char *
scan_begin(struct scan *scan)
{
	*level_of(scan) =
	    (struct level){.before_empty = true, .last_empty = true};
	scan->last = 0;
	return NULL;
}

static bool
may_be_empty(const struct level *level)
{
	return level->other_empty || (level->before_empty && level->last_empty);
}

static const char *
scan_more(struct scan *scan, size_t items)
{
	level_of(scan)->items += items;
	return level_of(scan)->items > PATTERN_ITEMS_MAX
	    ? "it is too long when its repetitions are written out"
	    : NULL;
}

static const char *
scan_item(struct scan *scan, size_t items, bool is_empty)
{
	struct level *level = level_of(scan);

	level->before_empty = level->before_empty && level->last_empty;
	level->last_empty = is_empty;
	scan->last = items;
	return scan_more(scan, items);
}

static const char *
scan_alternative(struct scan *scan)
{
	struct level *level = level_of(scan);

	level->other_empty = may_be_empty(level);
	level->before_empty = level->last_empty = true;
	scan->last = 0;
	return scan_more(scan, 1);
}

/* What may be empty is not repeated: finding out how often it was nothing
 * takes glibc a time that doubles with each such repetition in another. */
static const char *
scan_repeat(struct scan *scan, size_t times, bool is_empty)
{
	size_t more = times > 1 ? scan->last * (times - 1) : 0;

	if (level_of(scan)->last_empty)
		return "it repeats what is empty or may be";
	level_of(scan)->last_empty = is_empty;
	scan->last += more;
	return scan_more(scan, more);
}

static const char *
scan_option(struct scan *scan)
{
	level_of(scan)->last_empty = true;
	return NULL;
}

/* Reads {3}, {3,} or {3,5}, of which the opening brace was read. */
static const char *
scan_interval(struct scan *scan)
{
	static const char digits[] = "0123456789";
	size_t size = strspn(scan->at, digits);
	unsigned long least = strtoul(scan->at, NULL, 10), times = least;

	if (size == 0)
		return "a { does not begin a repetition like {3} or {3,5}";
	scan->at += size;
	if (*scan->at == ',') {
		size = strspn(++scan->at, digits);
		times = size > 0 ? strtoul(scan->at, NULL, 10) : least + 1;
		scan->at += size;
	}
	if (*scan->at++ != '}')
		return "a { does not begin a repetition like {3} or {3,5}";
	if (times > REPEAT_MAX || least > REPEAT_MAX)
		return "it repeats something more than 255 times";
	return scan_repeat(scan, times, least == 0);
}

/* Reads [...], of which the opening bracket was read. */
static const char *
scan_bracket(struct scan *scan)
{
	const char *at = scan->at;

	at += *at == '^';
	at += *at == ']';
	while (*at != '\0' && *at != ']') {
		char end[3] = {at[1], ']', '\0'};

		if (at[0] == '[' && at[1] != '\0' && strchr(":.=", at[1])) {
			at = strstr(at + 2, end);
			if (at == NULL)
				return "a [ is not closed";
			at++;
		}
		at++;
	}
	if (*at == '\0')
		return "a [ is not closed";
	scan->at = at + 1;
	return scan_item(scan, 1, false);
}

static const char *
scan_escape(struct scan *scan)
{
	if (*scan->at == '\0')
		return "it ends in a backslash";
	if (*scan->at >= '1' && *scan->at <= '9')
		return "back-references are not supported";
	if (strchr("^.[]$()|*+?{}\\/-@_ #%&=~!,;:\"", *scan->at) == NULL)
		return "a backslash stands before something that needs none; "
		       "write [0-9] for \\d and [[:alnum:]_] for \\w";
	scan->at++;
	return scan_item(scan, 1, false);
}

static const char *
scan_open(struct scan *scan)
{
	if (scan->depth == PATTERN_DEPTH_MAX)
		return "groups are nested too deep";
	scan->depth++;
	return scan_begin(scan);
}

/* Left alone it would be a character, and close our own group. */
static const char *
scan_close(struct scan *scan)
{
	const struct level *group = level_of(scan);

	if (scan->depth == 0)
		return "a ) has no (";
	scan->depth--;
	return scan_item(scan, group->items + 1, may_be_empty(group));
}

static const char *
scan_next(struct scan *scan)
{
	switch (*scan->at++) {
	case '\\':
		return scan_escape(scan);
	case '[':
		return scan_bracket(scan);
	case '(':
		return scan_open(scan);
	case ')':
		return scan_close(scan);
	case '{':
		return scan_interval(scan);
	case '|':
		return scan_alternative(scan);
	case '+':
		return scan_repeat(scan, 2, false);
	case '*':
		return scan_repeat(scan, 1, true);
	case '?':
		return scan_option(scan);
	case '^':
	case '$':
		return scan_item(scan, 1, true);
	default:
		return scan_item(scan, 1, false);
	}
}

static const char *
text_problem(const char *text)
{
	struct scan scan = {.at = text};
	const char *problem = scan_begin(&scan);

	if (text[0] == '\0')
		return "the expression is empty";
	if (strnlen(text, PATTERN_SIZE_MAX + 1) > PATTERN_SIZE_MAX)
		return "the expression is longer than 256 bytes";
	while (problem == NULL && *scan.at != '\0')
		problem = scan_next(&scan);
	if (problem == NULL && scan.depth > 0)
		problem = "a ( is not closed";
	return problem;
}

/* When regcomp() runs out of memory it frees some twice (glibc 2.36), so it is
 * not begun unless there is far more than it takes. */
static bool
has_memory(void)
{
	void *volatile some = malloc(COMPILE_MEMORY);

	free(some);
	return some != NULL;
}

/* In the C locale, whatever the command's is. ERR_CONFIG with `code`. */
static enum err
compile(const char *text, regex_t *regex, int *code)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before;

	if (plain == (locale_t)0 || !has_memory())
		return ERR_NO_MEMORY;
	before = uselocale(plain);
	errno = 0;
	*code = regcomp(regex, text, REG_EXTENDED);
	uselocale(before);
	freelocale(plain);
	if (*code == 0)
		return OK;
	return *code == REG_ESPACE || errno == ENOMEM ? ERR_NO_MEMORY
						      : ERR_CONFIG;
}

static enum err
compile_first(struct pattern *pattern, struct option_error *why)
{
	int code = 0;
	enum err e = compile(pattern->text, &pattern->regex, &code);

	if (e == ERR_CONFIG)
		regerror(code, NULL, why->text, sizeof(why->text));
	pattern->is_compiled = e == OK;
	return e;
}

enum err
pattern_new(struct pattern **out, const char *text, struct option_error *why)
{
	auto_free(pattern) struct pattern *pattern = NULL;
	const char *problem = text_problem(text);
	enum err e;

	if (problem != NULL) {
		snprintf(why->text, sizeof(why->text), "%s", problem);
		return ERR_CONFIG;
	}
	pattern = calloc(1, sizeof(*pattern));
	if (pattern == NULL)
		return ERR_NO_MEMORY;
	if (asprintf(&pattern->text, "^(%s)$", text) < 0) {
		pattern->text = NULL;
		return ERR_NO_MEMORY;
	}
	e = compile_first(pattern, why);
	if (e == OK)
		*out = TAKE(pattern);
	return e;
}

void
pattern_free(struct pattern *pattern)
{
	if (pattern == NULL)
		return;
	if (pattern->is_compiled)
		regfree(&pattern->regex);
	free(pattern->text);
	free(pattern);
}

static enum err
forget(struct pattern *pattern)
{
	regex_t fresh;
	int code;

	if (compile(pattern->text, &fresh, &code) != OK)
		return ERR_NO_MEMORY;
	regfree(&pattern->regex);
	pattern->regex = fresh;
	pattern->learned = 0;
	return OK;
}

static enum err
run(struct pattern *pattern, const char *text, size_t count, regmatch_t *match)
{
	int code;

	pattern->learned += strlen(text);
	errno = 0;
	code = regexec(&pattern->regex, text, count, match, 0);
	if (code == REG_ESPACE || errno == ENOMEM) {
		pattern->learned = LEARNED_MAX; /* who knows what it kept */
		return ERR_NO_MEMORY;
	}
	return code == 0 ? OK : ERR_NOT_FOUND;
}

enum err
pattern_match(
    struct pattern *pattern, const char *text, const char **part, size_t *size)
{
	/* all of it, our own group around it, the first of the pattern's */
	regmatch_t match[3];
	const regmatch_t *group = &match[pattern->regex.re_nsub > 1 ? 2 : 1];
	enum err e = OK;

	if (pattern->learned >= LEARNED_MAX)
		e = forget(pattern);
	if (e == OK)
		e = run(pattern, text, 3, match);
	if (e != OK)
		return e;
	/* the anchors see to it; a part of a claim is worth a second look */
	if (match[1].rm_so != 0 || text[match[1].rm_eo] != '\0')
		return ERR_NOT_FOUND;
	*part = group->rm_so < 0 ? text : text + group->rm_so;
	*size = group->rm_so < 0 ? 0 : (size_t)(group->rm_eo - group->rm_so);
	return OK;
}
