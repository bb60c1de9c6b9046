/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/document.h"

#include "base/fields.h"

/* Before the parser, which would need the stack for it. */
static bool
is_deep(const char *text, size_t size)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < size; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!in_string && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > DOCUMENT_DEPTH_MAX)
			return true;
	}
	return false;
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
	json_error_t fault = {0};

	if (is_deep(text, size))
		return refuse(problem, url, "JSON that is nested too deeply");
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
