/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/inifile.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#define WHITE " \t\v\f\r\n" /* what libinih skips */

struct reading {
	FILE *file;
	char *line;
	size_t room;
	unsigned number;
	char section[INIFILE_SECTION_MAX + 1]; /* the one that is open */
	const struct inifile_reader *reader;
	struct inifile_error *error;
	enum err err;
};

static void
reading_clear(struct reading *reading)
{
	free(reading->line);
	if (reading->file != NULL)
		fclose(reading->file);
}

static enum err
refuse(struct reading *reading, const char *sentence)
{
	struct option_error *problem = &reading->error->problem;

	if (reading->err != OK)
		return reading->err;
	reading->error->line = reading->number;
	snprintf(problem->text, sizeof(problem->text), "%s", sentence);
	reading->err = ERR_CONFIG;
	return reading->err;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, WHITE)] == '\0';
}

static enum err
open_section(struct reading *reading)
{
	reading->err = reading->reader->open(reading->reader->context,
	    reading->section, reading->number, &reading->error->problem);
	if (reading->err != OK)
		reading->error->line = reading->number;
	return reading->err;
}

static enum err
check_section(struct reading *reading, const char *line)
{
	size_t size = strcspn(line + 1, "]");
	const char *rest = line + 1 + size;

	if (*rest != ']')
		return refuse(reading, "a section is written [NAME]");
	rest += 1 + strspn(rest + 1, WHITE);
	if (*rest != '\0' && *rest != ';' && *rest != '#')
		return refuse(reading, "a section stands on a line of its own");
	if (size > INIFILE_SECTION_MAX)
		return refuse(reading,
		    "a section has at most 49 characters in its brackets");
	memcpy(reading->section, line + 1, size);
	reading->section[size] = '\0';
	return open_section(reading);
}

static enum err
check_line(struct reading *reading, size_t size, size_t room)
{
	const char *line = reading->line;
	const char *text = line + strspn(line, WHITE);

	if (strlen(line) != size)
		return refuse(reading, "the line holds a NUL byte");
	if (size + 1 > room)
		return refuse(reading, "the line is too long");
	if (reading->number == 1 && strncmp(line, "\xEF\xBB\xBF", 3) == 0)
		return refuse(
		    reading, "the file begins with a byte order mark");
	if (is_blank(line) || *text == '#' || *text == ';')
		return OK;
	if (text != line)
		return refuse(reading, "a line may not begin with white space");
	return *line == '[' ? check_section(reading, line) : OK;
}

/* An ini_reader: NULL at the end and after the first refusal. */
static char *
next_line(char *buffer, int room, void *stream)
{
	struct reading *reading = stream;
	ssize_t size;

	if (reading->err != OK)
		return NULL;
	errno = 0;
	size = getline(&reading->line, &reading->room, reading->file);
	if (size < 0) {
		if (ferror(reading->file) != 0)
			refuse(reading, strerror(errno));
		return NULL;
	}
	reading->number++;
	if (check_line(reading, (size_t)size, (size_t)room) != OK)
		return NULL;
	memcpy(buffer, reading->line, (size_t)size + 1);
	return buffer;
}

/* An ini_handler. */
static int
take_key(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;

	if (reading->err != OK)
		return 1;
	if (section[0] == '\0') {
		refuse(reading, "a key stands before the first section");
		return 1;
	}
	/* a header that only libinih took for one */
	if (strcmp(section, reading->section) != 0) {
		refuse(reading, "unknown section");
		return 1;
	}
	reading->err = reading->reader->set(reading->reader->context, name,
	    value, reading->number, &reading->error->problem);
	if (reading->err != OK)
		reading->error->line = reading->number;
	return 1;
}

enum err
inifile_read(const char *path, const struct inifile_reader *reader,
    struct inifile_error *error)
{
	auto_clear(reading) struct reading reading = {
	    .reader = reader, .error = error};
	int line;

	reading.file = fopen(path, "re");
	if (reading.file == NULL && errno == ENOENT)
		return ERR_NOT_FOUND;
	if (reading.file == NULL)
		return refuse(&reading, strerror(errno));
	/* libinih knows one stream; the handler's user is the same object */
	line = ini_parse_stream(next_line, &reading, take_key, &reading);
	if (line < 0)
		return ERR_NO_MEMORY;
	if (line > 0 && reading.err == OK) {
		reading.number = (unsigned)line;
		return refuse(&reading, "neither NAME = VALUE nor [SECTION]");
	}
	return reading.err;
}
