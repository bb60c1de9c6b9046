/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/shape.h"

#include "base/logincode.h"
#include "base/prompt.h"

#include <string.h>

#define BASE64URL                                                              \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define TOKEN_START "eyJ"
#define REFRESH_START "jr1_"

static bool
starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

enum shape
shape_of_next(const char *answer)
{
	const char *rest = answer + strspn(answer, BASE64URL ".");

	if (*rest == '\0')
		return SHAPE_TOKEN;
	return rest[0] == ANSWER_MORE && rest[1] == '\0' ? SHAPE_PART
							 : SHAPE_OTHER;
}

static bool
is_code(const char *answer)
{
	char code[LOGINCODE_SIZE + 1];
	bool read = logincode_read(answer, code);

	explicit_bzero(code, sizeof(code));
	return read;
}

enum shape
shape_of_first(const char *answer)
{
	enum shape shape = shape_of_next(answer);

	if (is_code(answer))
		return SHAPE_CODE;
	if (!starts_with(answer, TOKEN_START))
		return SHAPE_OTHER;
	if (shape == SHAPE_TOKEN && strchr(answer, '.') == NULL &&
	    shape_cut(answer) == 0)
		return SHAPE_OTHER;
	return shape;
}

bool
shape_is_refresh_token(const char *answer)
{
	size_t size = strlen(answer);

	return starts_with(answer, REFRESH_START) &&
	    size > strlen(REFRESH_START) && strspn(answer, BASE64URL) == size;
}

size_t
shape_cut(const char *answer)
{
	size_t size = strlen(answer);

	return size == 1023 || size == 511 ? size : 0;
}
