/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/observe/exposition.h"

#include <string.h>

/* Of a help text backslashes and ends of lines, of a label's value quotes
 * too. */
static void
put_escaped(FILE *out, const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (strchr(special, *text) != NULL)
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void
put_labels(FILE *out, const json_t *labels)
{
	const char *name;
	json_t *value;
	char before = '{';

	json_object_foreach ((json_t *)(uintptr_t)labels, name, value) {
		fprintf(out, "%c%s=\"", before, name);
		put_escaped(out, json_string_value(value), "\\\"");
		fputc('"', out);
		before = ',';
	}
	if (before == ',')
		fputc('}', out);
}

static void
put_value(FILE *out, const json_t *value)
{
	if (json_is_integer(value))
		fprintf(out, " %" JSON_INTEGER_FORMAT "\n",
		    json_integer_value(value));
	else
		fprintf(out, " %.15g\n", json_real_value(value));
}

static enum err
put_sample(FILE *out, const json_t *sample)
{
	const char *name = NULL, *label;
	json_t *labels = NULL, *value = NULL, *text;

	if (json_unpack((json_t *)(uintptr_t)sample, "{ss so so}", "name",
		&name, "labels", &labels, "value", &value) != 0 ||
	    !json_is_object(labels) || !json_is_number(value))
		return ERR_PROTOCOL;
	json_object_foreach (labels, label, text)
		if (!json_is_string(text))
			return ERR_PROTOCOL;
	fputs(name, out);
	put_labels(out, labels);
	put_value(out, value);
	return OK;
}

static void
put_heading(struct exposition *exposition, const char *name, const char *type,
    const char *help)
{
	if (strcmp(name, exposition->name) == 0)
		return;
	snprintf(exposition->name, sizeof(exposition->name), "%s", name);
	fprintf(exposition->out, "# HELP %s ", name);
	put_escaped(exposition->out, help, "\\");
	fprintf(exposition->out, "\n# TYPE %s %s\n", name, type);
}

enum err
exposition_add(struct exposition *exposition, const json_t *series)
{
	const char *name, *type, *help;
	json_t *samples, *sample;
	enum err e = OK;
	size_t i;

	if (json_unpack((json_t *)(uintptr_t)series, "{ss ss ss so}", "name",
		&name, "type", &type, "help", &help, "samples", &samples) != 0)
		return ERR_PROTOCOL;
	put_heading(exposition, name, type, help);
	json_array_foreach (samples, i, sample) {
		e = put_sample(exposition->out, sample);
		if (e != OK)
			break;
	}
	return e;
}
