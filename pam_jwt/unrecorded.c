/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/unrecorded.h"

#include <stdlib.h>
#include <string.h>

#define NAME "pam_jwt_unrecorded"

static void
cleanup(pam_handle_t *pamh, void *user, int status)
{
	(void)pamh;
	(void)status;
	free(user);
}

int
unrecorded_remember(const struct context *context)
{
	char *user = strdup(context->user);
	int code;

	if (user == NULL)
		return PAM_BUF_ERR;
	code = pam_set_data(context->pamh, NAME, user, cleanup);
	if (code != PAM_SUCCESS)
		free(user);
	return code;
}

static const char *
remembered(const struct context *context)
{
	const void *user = NULL;

	if (pam_get_data(context->pamh, NAME, &user) != PAM_SUCCESS)
		return NULL;
	return user;
}

int
unrecorded_forget(const struct context *context)
{
	if (remembered(context) == NULL)
		return PAM_SUCCESS;
	return pam_set_data(context->pamh, NAME, NULL, NULL);
}

bool
unrecorded_is(const struct context *context)
{
	const char *user = remembered(context);
	const void *now = NULL;

	return user != NULL &&
	    pam_get_item(context->pamh, PAM_USER, &now) == PAM_SUCCESS &&
	    now != NULL && strcmp(now, user) == 0;
}
