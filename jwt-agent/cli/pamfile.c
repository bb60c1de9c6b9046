/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/pamfile.h"

#include "jwt-agent/cli/pamcontrol.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* One file on its way into a stack. */
struct reading {
	struct pam_stack *stack;
	struct pam_error *error;
	const char *root;   /* where a name without a slash is looked for */
	const char *folder; /* of this file */
	const char *file;   /* without the folder */
	unsigned number;
	unsigned level;
	unsigned depth;
	int phase; /* only lines of this one; -1: all */
};

static const char *const phases[PAM_PHASE_COUNT] = {
    [PAM_PHASE_AUTH] = "auth",
    [PAM_PHASE_ACCOUNT] = "account",
    [PAM_PHASE_PASSWORD] = "password",
    [PAM_PHASE_SESSION] = "session",
};

static void
line_clear(struct pam_line *line)
{
	free(line->file);
	free(line->control);
	free(line->module);
	free(line->arguments);
}

void
pam_stack_free(struct pam_stack *stack)
{
	if (stack == NULL)
		return;
	for (size_t i = 0; i < stack->count; i++)
		line_clear(&stack->line[i]);
	for (size_t i = 0; i < stack->included_count; i++)
		free(stack->included[i]);
	free(stack->line);
	free(stack->included);
	free(stack);
}

__attribute__((format(printf, 2, 3))) static enum err
refuse(const struct reading *reading, const char *format, ...)
{
	struct pam_error *error = reading->error;
	va_list arguments;
	int size;

	size = snprintf(error->text, sizeof(error->text),
	    "%.100s/%.100s:%u: ", reading->folder, reading->file,
	    reading->number);
	va_start(arguments, format);
	vsnprintf(error->text + size, sizeof(error->text) - (size_t)size,
	    format, arguments);
	va_end(arguments);
	return ERR_CONFIG;
}

/* Cuts the next word off; a word in brackets may hold blanks. */
static char *
next_word(char **text)
{
	char *word = *text + strspn(*text, BLANKS);
	char *end;

	if (*word == '\0')
		return NULL;
	if (*word == '[') {
		end = strchr(word, ']');
		if (end == NULL)
			return NULL;
		end++;
	} else {
		end = word + strcspn(word, BLANKS);
	}
	*text = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

static int
phase_of(const char *word)
{
	for (int i = 0; i < PAM_PHASE_COUNT; i++)
		if (strcasecmp(word, phases[i]) == 0)
			return i;
	return -1;
}

static enum err read_file(struct reading *reading);

static enum err
remember_included(struct pam_stack *stack, const char *name)
{
	char **grown = reallocarray(
	    stack->included, stack->included_count + 1, sizeof(*grown));

	if (grown == NULL)
		return ERR_NO_MEMORY;
	stack->included = grown;
	grown[stack->included_count] = strdup(name);
	if (grown[stack->included_count] == NULL)
		return ERR_NO_MEMORY;
	stack->included_count++;
	return OK;
}

static enum err
read_included(
    const struct reading *reading, const char *name, int phase, unsigned level)
{
	struct reading inner = *reading;
	const char *slash = strrchr(name, '/');
	auto_str char *folder = NULL;
	enum err e;

	if (reading->depth >= PAM_DEPTH_MAX)
		return refuse(reading, "includes go too deep, or in a circle");
	inner.folder = reading->root;
	inner.file = name;
	if (slash != NULL) {
		folder = strndup(name, (size_t)(slash - name));
		if (folder == NULL)
			return ERR_NO_MEMORY;
		inner.folder = folder;
		inner.file = slash + 1;
	}
	inner.number = 0;
	inner.depth++;
	inner.level = level;
	inner.phase = phase;
	e = read_file(&inner);
	if (e == ERR_NOT_FOUND)
		return refuse(reading, "there is no file %.200s", name);
	return e == OK ? remember_included(reading->stack, inner.file) : e;
}

static enum err
add_line(const struct reading *reading, int phase, const char *control,
    const char *module, const char *arguments, bool missing_is_fine)
{
	struct pam_stack *stack = reading->stack;
	struct pam_line *grown, *line;

	if (stack->count >= PAM_LINES_MAX)
		return refuse(reading, "the stack has too many lines");
	grown = reallocarray(stack->line, stack->count + 1, sizeof(*grown));
	if (grown == NULL)
		return ERR_NO_MEMORY;
	stack->line = grown;
	line = &grown[stack->count++];
	*line = (struct pam_line){
	    .phase = (enum pam_phase)phase,
	    .level = reading->level,
	    .number = reading->number,
	    .missing_is_fine = missing_is_fine,
	};
	line->file = strdup(reading->file);
	line->control = strdup(control);
	line->module = strdup(module);
	line->arguments = strdup(arguments);
	if (line->file == NULL || line->control == NULL ||
	    line->module == NULL || line->arguments == NULL)
		return ERR_NO_MEMORY;
	return OK;
}

static enum err
take_rule(struct reading *reading, char *type, char *rest)
{
	bool missing_is_fine = *type == '-';
	int phase = phase_of(type + missing_is_fine);
	char *control, *module;
	enum err e;

	if (phase < 0)
		return refuse(reading,
		    "\"%.60s\" is none of auth, account, password, session",
		    type);
	control = next_word(&rest);
	if (control == NULL)
		return refuse(reading, "the line has no control word");
	module = next_word(&rest);
	if (module == NULL)
		return refuse(reading, "the line names no module");
	if (reading->phase >= 0 && reading->phase != phase)
		return OK;
	if (strcasecmp(control, "include") == 0)
		return read_included(reading, module, phase, reading->level);
	if (strcasecmp(control, "substack") == 0) {
		e = add_line(reading, phase, control, module, "", false);
		return e == OK
		    ? read_included(reading, module, phase, reading->level + 1)
		    : e;
	}
	if (!pam_control_valid(control))
		return refuse(
		    reading, "the control \"%.100s\" is not valid", control);
	return add_line(reading, phase, control, module, rest, missing_is_fine);
}

static enum err
take_line(struct reading *reading, char *line)
{
	char *type = next_word(&line);
	char *name;

	if (type == NULL)
		return OK;
	if (strcasecmp(type, "@include") != 0)
		return take_rule(reading, type, line);
	name = next_word(&line);
	if (name == NULL)
		return refuse(reading, "@include names no file");
	return read_included(reading, name, reading->phase, reading->level);
}

/* Drops comment and line end; true when the next line belongs to this one. */
static bool
continues(char *line)
{
	char *comment = strchr(line, '#');
	size_t size;

	if (comment != NULL)
		*comment = '\0';
	line[strcspn(line, "\n")] = '\0';
	size = strlen(line);
	if (comment != NULL || size == 0 || line[size - 1] != '\\')
		return false;
	line[size - 1] = ' ';
	return true;
}

static enum err
read_lines(struct reading *reading, FILE *file)
{
	char text[PAM_TEXT_MAX];
	size_t used = 0;

	while (fgets(text + used, (int)(sizeof(text) - used), file) != NULL) {
		enum err e;

		reading->number++;
		if (strchr(text + used, '\n') == NULL && feof(file) == 0)
			return refuse(reading, "the line is too long");
		if (continues(text + used)) {
			used = strlen(text);
			continue;
		}
		used = 0;
		e = take_line(reading, text);
		if (e != OK)
			return e;
	}
	if (ferror(file) != 0)
		return refuse(reading, "%s", strerror(errno));
	return used > 0 ? take_line(reading, text) : OK;
}

static enum err
read_file(struct reading *reading)
{
	char path[PATH_MAX];
	FILE *file;
	enum err e;

	snprintf(path, sizeof(path), "%s/%s", reading->folder, reading->file);
	file = fopen(path, "re");
	if (file == NULL && errno == ENOENT)
		return ERR_NOT_FOUND;
	if (file == NULL)
		return refuse(reading, "%s", strerror(errno));
	e = read_lines(reading, file);
	fclose(file);
	return e;
}

enum err
pam_stack_read(struct pam_stack **out, const char *folder, const char *service,
    struct pam_error *error)
{
	auto_free(pam_stack) struct pam_stack *stack =
	    calloc(1, sizeof(*stack));
	struct reading reading = {
	    .stack = stack,
	    .error = error,
	    .root = folder,
	    .folder = folder,
	    .file = service,
	    .phase = -1,
	};
	enum err e;

	if (stack == NULL)
		return ERR_NO_MEMORY;
	e = read_file(&reading);
	if (e == OK)
		*out = TAKE(stack);
	return e;
}

bool
pam_line_is(const struct pam_line *line, const char *module)
{
	const char *slash = strrchr(line->module, '/');

	return strcmp(slash != NULL ? slash + 1 : line->module, module) == 0;
}

bool
pam_line_has(const struct pam_line *line, const char *argument)
{
	size_t size = strlen(argument);

	for (const char *at = line->arguments; *at != '\0';) {
		size_t word = strcspn(at += strspn(at, BLANKS), BLANKS);

		if (word == size && strncmp(at, argument, size) == 0)
			return true;
		at += word;
	}
	return false;
}
