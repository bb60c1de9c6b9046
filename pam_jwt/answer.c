/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/answer.h"

#include "base/prompt.h"
#include "pam_jwt/log.h"
#include "pam_jwt/prompt.h"
#include "pam_jwt/shape.h"

#include <stdio.h>
#include <string.h>

#define PROMPT_SIZE (sizeof(PROMPT_PART_FORMAT) + 8)

/* The pieces so far, in a buffer that holds the longest token. */
struct pieces {
	struct secret *buffer;
	size_t size;
};

static void
pieces_clear(struct pieces *pieces)
{
	secret_free(pieces->buffer);
}

void
answer_clear(struct answer *answer)
{
	secret_free(answer->token);
}

static int
refuse(const struct context *context, const char *reason)
{
	log_refused(context, reason);
	return PAM_AUTH_ERR;
}

/* For an answer that began as a token, so it is no password below us. */
static int
refuse_token(const struct context *context, enum err reason)
{
	prompt_error(context, err_shown(reason));
	return refuse(context, err_name(reason));
}

static bool
takes_from_above(const struct context *context)
{
	return context->options.try_first_pass ||
	    context->options.use_first_pass;
}

/*
 * What a module above has asked for: a copy, because PAM's own goes away
 * when the item is cleared. NULL when there is none.
 */
static int
answer_from_above(const struct context *context, char **answer)
{
	const void *item = NULL;

	if (!takes_from_above(context) ||
	    pam_get_item(context->pamh, PAM_AUTHTOK, &item) != PAM_SUCCESS ||
	    item == NULL)
		return PAM_SUCCESS;
	*answer = strdup(item);
	return *answer != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int
leave_for_next(const struct context *context, const char *answer)
{
	int code = pam_set_item(context->pamh, PAM_AUTHTOK, answer);

	if (code != PAM_SUCCESS)
		return code;
	return refuse(context, *answer == '\0' ? "EmptyAnswer" : "NotAToken");
}

/* A token must not stay where a password module would read it. */
static int
settle(const struct context *context, const char *answer)
{
	if (shape_of_first(answer) == SHAPE_OTHER)
		return leave_for_next(context, answer);
	if (!takes_from_above(context))
		return PAM_SUCCESS;
	return pam_set_item(context->pamh, PAM_AUTHTOK, NULL);
}

static int
first_answer(const struct context *context, char **answer)
{
	auto_free(response) char *response = NULL;
	int code = answer_from_above(context, &response);

	if (code == PAM_SUCCESS && response == NULL) {
		if (context->options.use_first_pass)
			return refuse(context, "NoAnswer");
		code = prompt_ask(context, context->options.prompt, &response);
	}
	if (code == PAM_SUCCESS)
		code = settle(context, response);
	if (code == PAM_SUCCESS)
		*answer = TAKE(response);
	return code;
}

static void
append(struct pieces *pieces, const char *answer)
{
	size_t room = ANSWER_TOKEN_MAX - pieces->size;
	size_t size = strcspn(answer, (const char[]){ANSWER_MORE, '\0'});

	if (size > room)
		size = room;
	memcpy(secret_bytes(pieces->buffer) + pieces->size, answer, size);
	pieces->size += size;
}

/* Adds one more piece; `more` says whether another is to come. */
static int
next_piece(const struct context *context, unsigned int number,
    struct pieces *pieces, struct answer *answer, bool *more)
{
	auto_free(response) char *response = NULL;
	char prompt[PROMPT_SIZE];
	enum shape shape;
	int code;

	snprintf(prompt, sizeof(prompt), PROMPT_PART_FORMAT, number);
	code = prompt_ask(context, prompt, &response);
	if (code != PAM_SUCCESS)
		return code;
	shape = shape_of_next(response);
	if (shape == SHAPE_OTHER)
		return refuse_token(context, ERR_MALFORMED);
	append(pieces, response);
	*more = shape == SHAPE_PART;
	answer->cut = *more ? 0 : shape_cut(response);
	return PAM_SUCCESS;
}

static int
other_pieces(
    const struct context *context, struct pieces *pieces, struct answer *answer)
{
	bool more = true;

	if (context->options.use_first_pass)
		return refuse_token(context, ERR_TRUNCATED);
	for (unsigned int number = 2; more && pieces->size < ANSWER_TOKEN_MAX;
	     number++) {
		int code;

		if (number > ANSWER_PARTS_MAX)
			return refuse_token(context, ERR_MALFORMED);
		code = next_piece(context, number, pieces, answer, &more);
		if (code != PAM_SUCCESS)
			return code;
	}
	return PAM_SUCCESS;
}

int
answer_get(const struct context *context, struct answer *answer)
{
	auto_free(response) char *first = NULL;
	auto_clear(pieces) struct pieces pieces = {0};
	int code = first_answer(context, &first);

	if (code != PAM_SUCCESS)
		return code;
	if (secret_zero(&pieces.buffer, ANSWER_TOKEN_MAX) != OK)
		return PAM_BUF_ERR;
	append(&pieces, first);
	answer->cut = shape_cut(first);
	answer->code = shape_of_first(first) == SHAPE_CODE;
	if (shape_of_first(first) == SHAPE_PART)
		code = other_pieces(context, &pieces, answer);
	if (code != PAM_SUCCESS)
		return code;
	log_debug(context, "a %s of %zu bytes",
	    answer->code ? "login code" : "token", pieces.size);
	if (secret_new(
		&answer->token, secret_data(pieces.buffer), pieces.size) != OK)
		return PAM_BUF_ERR;
	return PAM_SUCCESS;
}

int
answer_leave(const struct context *context, const struct answer *answer)
{
	return pam_set_item(
	    context->pamh, PAM_AUTHTOK, secret_text(answer->token));
}
