/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/sshdfile.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "/etc/ssh"
#define BLANKS " \t\r\n"

struct reading {
	struct sshd_options *options;
	bool set[SSHD_KEYWORD_COUNT];
	bool in_match;
	unsigned depth;
};

static const struct {
	const char *name;
	enum sshd_keyword keyword;
} keywords[] = {
    {"UsePAM", SSHD_USE_PAM},
    {"KbdInteractiveAuthentication", SSHD_KBD_INTERACTIVE},
    {"ChallengeResponseAuthentication", SSHD_KBD_INTERACTIVE},
    {"SkeyAuthentication", SSHD_KBD_INTERACTIVE},
};

static enum err read_file(struct reading *reading, const char *path);

/* Cuts the next word off; it may be quoted. NULL at the end or a comment. */
static char *
next_word(char **text)
{
	char *word = *text + strspn(*text, BLANKS);
	char *end;

	if (*word == '\0' || *word == '#')
		return NULL;
	if (*word == '"') {
		word++;
		end = strchrnul(word, '"');
	} else {
		end = word + strcspn(word, BLANKS);
	}
	*text = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

/* "Keyword value" and "Keyword=value" are the same. */
static char *
next_keyword(char **text)
{
	char *word = *text + strspn(*text, BLANKS);
	char *end = word + strcspn(word, BLANKS "=");

	if (*word == '\0' || *word == '#')
		return NULL;
	*text = end + strspn(end, BLANKS);
	if (**text == '=')
		++*text;
	else if (*text == end && *end != '\0')
		++*text;
	*end = '\0';
	return word;
}

static enum err
read_pattern(struct reading *reading, const char *pattern)
{
	auto_str char *path = NULL;
	glob_t found = {0};
	enum err e = OK;

	if (asprintf(&path, "%s%s", pattern[0] == '/' ? "" : FOLDER "/",
		pattern) < 0) {
		path = NULL;
		return ERR_NO_MEMORY;
	}
	/* nothing that matches is fine, as for sshd */
	if (glob(path, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && e == OK; i++)
			e = read_file(reading, found.gl_pathv[i]);
	globfree(&found);
	return e == ERR_NOT_FOUND ? ERR_IO : e;
}

static enum err
include(struct reading *reading, char *patterns)
{
	const char *pattern;
	enum err e = OK;

	if (reading->depth >= SSHD_DEPTH_MAX)
		return ERR_IO;
	reading->depth++;
	while (e == OK && (pattern = next_word(&patterns)) != NULL)
		e = read_pattern(reading, pattern);
	reading->depth--;
	return e;
}

static void
set(struct reading *reading, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		enum sshd_keyword keyword = keywords[i].keyword;

		if (strcasecmp(keywords[i].name, name) != 0)
			continue;
		if (!reading->set[keyword])
			reading->options->value[keyword] =
			    strcasecmp(value, "yes") == 0;
		reading->set[keyword] = true;
	}
}

static enum err
take_line(struct reading *reading, char *line)
{
	const char *name = next_keyword(&line);
	const char *value;

	if (name == NULL)
		return OK;
	if (strcasecmp(name, "Match") == 0) {
		reading->in_match = true;
		return OK;
	}
	if (reading->in_match)
		return OK;
	if (strcasecmp(name, "Include") == 0)
		return include(reading, line);
	value = next_word(&line);
	if (value != NULL)
		set(reading, name, value);
	return OK;
}

static enum err
read_file(struct reading *reading, const char *path)
{
	char line[SSHD_LINE_MAX];
	FILE *file = fopen(path, "re");
	enum err e = OK;

	if (file == NULL)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	while (e == OK && fgets(line, sizeof(line), file) != NULL)
		e = take_line(reading, line);
	if (ferror(file) != 0)
		e = ERR_IO;
	fclose(file);
	/* a Match ends with its file */
	reading->in_match = false;
	return e;
}

enum err
sshd_options_read(struct sshd_options *options, const char *path)
{
	struct reading reading = {.options = options};

	*options = (struct sshd_options){
	    .value = {[SSHD_USE_PAM] = false, [SSHD_KBD_INTERACTIVE] = true},
	};
	return read_file(&reading, path);
}
