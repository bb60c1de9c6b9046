/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/context.h"

#include "base/id.h"
#include "base/passwd.h"

#include <string.h>

void
context_clear(struct context *context)
{
	module_options_clear(&context->options);
	free(context->user);
	free(context->service);
	free(context->rhost);
	free(context->tty);
	free(context->session);
}

/* Applications set an item they do not know to NULL or to "". */
static enum err
copy_item(pam_handle_t *pamh, int type, char **out)
{
	const void *item = NULL;
	const char *text;

	if (pam_get_item(pamh, type, &item) != PAM_SUCCESS || item == NULL)
		return OK;
	text = item;
	if (*text == '\0')
		return OK;
	*out = strdup(text);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

enum err
context_items(struct context *context)
{
	struct {
		int type;
		char **place;
	} items[] = {
	    {PAM_USER, &context->user},
	    {PAM_SERVICE, &context->service},
	    {PAM_RHOST, &context->rhost},
	    {PAM_TTY, &context->tty},
	};

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		enum err e =
		    copy_item(context->pamh, items[i].type, items[i].place);

		if (e != OK)
			return e;
	}
	if (context->user == NULL)
		return ERR_NO_SUCH_USER;
	return context->service != NULL ? OK : ERR_CONFIG;
}

enum err
context_resolve(struct context *context)
{
	return passwd_uid(context->user, &context->uid);
}

enum err
context_session(struct context *context)
{
	const char *session = pam_getenv(context->pamh, SESSION_VARIABLE);

	if (session == NULL)
		return OK;
	if (!id_valid(session))
		return ERR_NO_SUCH_SESSION;
	context->session = strdup(session);
	return context->session != NULL ? OK : ERR_NO_MEMORY;
}

struct session_request
context_session_request(const struct context *context)
{
	return (struct session_request){
	    .session = context->session,
	    .user = context->user,
	    .uid = (int64_t)context->uid,
	    .service = context->service,
	    .rhost = context->rhost,
	    .tty = context->tty,
	};
}
