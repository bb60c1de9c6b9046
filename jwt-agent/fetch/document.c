/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/document.h"

#include "base/fields.h"

/* What the text counts up to, without a look at whether it is JSON. */
struct extent {
	int depth, deepest;
	size_t values;
};

static void
count(struct extent *extent, char c)
{
	if (c == '{' || c == '[')
		extent->depth++;
	if (c == '}' || c == ']')
		extent->depth--;
	if (extent->depth > extent->deepest)
		extent->deepest = extent->depth;
	if (c == ',' || c == '{' || c == '[')
		extent->values++;
}

static struct extent
measure(const char *text, size_t size)
{
	struct extent extent = {0, 0, 0};
	bool in_string = false;

	for (size_t i = 0; i < size; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string)
			count(&extent, text[i]);
	}
	return extent;
}

/* Before a parser needs stack for the one and time for the other. */
static const char *
excess(const char *text, size_t size)
{
	struct extent extent = measure(text, size);

	if (extent.deepest > DOCUMENT_DEPTH_MAX)
		return "JSON that is nested too deeply";
	if (extent.values > DOCUMENT_VALUES_MAX)
		return "JSON of too many values";
	return NULL;
}

static enum err
refuse(struct problem *problem, const char *url, const char *what)
{
	return problem_say(
	    problem, "GET " PROBLEM_TEXT " answered %s", url, what);
}

enum err
document_read(const char *text, size_t size, const char *url, json_t **out,
    struct problem *problem)
{
	auto_json json_t *json = NULL;
	const char *too_much = excess(text, size);
	json_error_t fault = {0};

	if (too_much != NULL)
		return refuse(problem, url, too_much);
	json = json_loadb(
	    text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
	if (json == NULL && json_error_code(&fault) == json_error_duplicate_key)
		return refuse(problem, url, "JSON that has a member twice");
	if (json == NULL)
		return refuse(problem, url, "what is not JSON");
	if (!json_is_object(json))
		return refuse(problem, url, "JSON that is not an object");
	*out = TAKE(json);
	return OK;
}
