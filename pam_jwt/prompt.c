/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/prompt.h"

#include <stdarg.h>
#include <string.h>

#include <security/pam_ext.h>

void
response_free(char *response)
{
	if (response == NULL)
		return;
	explicit_bzero(response, strlen(response));
	free(response);
}

int
prompt_ask(const struct context *context, const char *prompt, char **answer)
{
	/* a conversation that fails may have left an answer all the same */
	auto_free(response) char *response = NULL;
	int code = pam_prompt(
	    context->pamh, PAM_PROMPT_ECHO_OFF, &response, "%s", prompt);

	if (code != PAM_SUCCESS || response == NULL)
		return PAM_CONV_ERR;
	*answer = TAKE(response);
	return PAM_SUCCESS;
}

void
prompt_error(const struct context *context, const char *text)
{
	if ((context->flags & PAM_SILENT) == 0)
		(void)pam_prompt(
		    context->pamh, PAM_ERROR_MSG, NULL, "%s", text);
}

int
prompt_info(const struct context *context, const char *format, ...)
{
	va_list arguments;
	int code;

	if ((context->flags & PAM_SILENT) != 0)
		return PAM_SUCCESS;
	va_start(arguments, format);
	code =
	    pam_vprompt(context->pamh, PAM_TEXT_INFO, NULL, format, arguments);
	va_end(arguments);
	return code == PAM_SUCCESS ? PAM_SUCCESS : PAM_CONV_ERR;
}
