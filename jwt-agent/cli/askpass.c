/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/askpass.h"

#include "base/prompt.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/refresh.h"
#include "jwt-agent/cli/tokenfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Of a foreign prompt, in bytes. */
#define PROMPT_SHOWN_MAX 512

/* The prompt without what ssh puts before it. */
static const char *
skip_origin(const char *prompt)
{
	const char *close;

	if (*prompt != '(')
		return prompt;
	close = strstr(prompt, ") ");
	return close != NULL ? close + 2 : prompt;
}

static size_t
trimmed_size(const char *text)
{
	size_t size = strlen(text);

	while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL)
		size--;
	return size;
}

static bool
same_prompt(const char *left, const char *right)
{
	size_t size = trimmed_size(left);

	return size == trimmed_size(right) && strncmp(left, right, size) == 0;
}

unsigned
askpass_part(const char *prompt)
{
	const char *asked = skip_origin(prompt);

	if (same_prompt(asked, PROMPT_DEFAULT))
		return 1;
	for (unsigned part = 2; part <= ASKPASS_PART_MAX; part++) {
		char text[sizeof(PROMPT_PART_FORMAT) + 16];

		snprintf(text, sizeof(text), PROMPT_PART_FORMAT, part);
		if (same_prompt(asked, text))
			return part;
	}
	return 0;
}

enum err
askpass_answer(
    const struct secret *token, unsigned part, struct secret **answer)
{
	auto_free(secret) struct secret *bytes = NULL;
	size_t start = (size_t)(part - 1) * ANSWER_PART_SIZE;
	size_t left;
	bool more;
	enum err e;

	if (part == 0 || start >= secret_size(token))
		return ERR_NOT_FOUND;
	left = secret_size(token) - start;
	more = left > ANSWER_PART_SIZE;
	if (more)
		left = ANSWER_PART_SIZE;
	e = secret_zero(&bytes, left + more);
	if (e != OK)
		return e;
	memcpy(secret_bytes(bytes), secret_data(token) + start, left);
	if (more)
		secret_bytes(bytes)[left] = ANSWER_MORE;
	*answer = TAKE(bytes);
	return OK;
}

static enum err
read_token_file(
    const struct call *call, const char *path, struct secret **token)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0) {
		connection_complain(call, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	e = token_read(fd, token);
	if (e != OK)
		connection_complain(call, "%s: holds no token", path);
	return e;
}

static enum err
find_token(const struct call *call, unsigned part, struct secret **token)
{
	const char *access = getenv("JWT_AGENT_TOKEN_FILE");
	const char *refresh = getenv("JWT_AGENT_REFRESH_FILE");

	if (access != NULL)
		return read_token_file(call, access, token);
	if (refresh != NULL)
		return refresh_cached(call, refresh, part, token);
	connection_complain(call,
	    "neither JWT_AGENT_TOKEN_FILE nor JWT_AGENT_REFRESH_FILE is set");
	return ERR_USAGE;
}

static enum err
print_answer(const struct call *call, const struct secret *token, unsigned part)
{
	auto_free(secret) struct secret *answer = NULL;
	enum err e = askpass_answer(token, part, &answer);

	if (e == OK)
		puts(secret_text(answer));
	else if (e == ERR_NOT_FOUND)
		connection_complain(call, "the token has no part %u", part);
	return e;
}

/* A refusal stands before the next prompt, so the person has to see it; but it
 * comes from the other host, which may not paint on their terminal. */
static void
complain_of_prompt(const struct call *call)
{
	char shown[PROMPT_SHOWN_MAX];
	size_t used = 0;

	for (const char *c = call->argument;
	     *c != '\0' && used < sizeof(shown) - 1; c++)
		shown[used++] = (*c >= ' ' && *c <= '~') ? *c : ' ';
	shown[used] = '\0';
	connection_complain(call, "this is no prompt for a token: %s", shown);
}

int
cli_askpass(const struct call *call)
{
	auto_free(secret) struct secret *token = NULL;
	unsigned part = askpass_part(call->argument);
	enum err e;

	if (part == 0) {
		complain_of_prompt(call);
		return err_exit(ERR_POLICY_DENIED);
	}
	e = find_token(call, part, &token);
	if (e == OK)
		e = print_answer(call, token, part);
	return err_exit(e);
}
