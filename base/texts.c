/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/texts.h"

#include "base/fields.h"

#include <stdlib.h>
#include <string.h>

enum err
text_copy(char **out, const char *text)
{
	if (text == NULL)
		return OK;
	*out = strdup(text);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

enum err
text_replace(char **member, const char *text)
{
	char *copy = NULL;
	enum err e = text_copy(&copy, text);

	if (e != OK)
		return e;
	free(*member);
	*member = copy;
	return OK;
}

enum err
texts_add(struct texts *texts, const char *text, size_t size)
{
	char **item;

	if (texts->count == TEXTS_MAX)
		return ERR_INVALID_PARAMETER;
	item = realloc(texts->item, (texts->count + 1) * sizeof(*item));
	if (item == NULL)
		return ERR_NO_MEMORY;
	texts->item = item;
	item[texts->count] = strndup(text, size);
	if (item[texts->count] == NULL)
		return ERR_NO_MEMORY;
	texts->count++;
	return OK;
}

enum err
texts_copy(const struct texts *texts, struct texts *out)
{
	enum err e = OK;

	for (size_t i = 0; i < texts->count && e == OK; i++)
		e = texts_add(out, texts->item[i], strlen(texts->item[i]));
	if (e != OK)
		texts_clear(out);
	return e;
}

bool
texts_has(const struct texts *texts, const char *text)
{
	for (size_t i = 0; texts != NULL && i < texts->count; i++)
		if (strcmp(texts->item[i], text) == 0)
			return true;
	return false;
}

void
texts_clear(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->item[i]);
	free(texts->item);
	*texts = (struct texts){0};
}

json_t *
texts_json(const struct texts *texts)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < texts->count; i++)
		if (json_array_append_new(list, json_string(texts->item[i])) !=
		    0)
			return NULL;
	return TAKE(list);
}
