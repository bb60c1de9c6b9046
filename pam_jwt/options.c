/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/options.h"

#include "base/options.h"
#include "base/prompt.h"
#include "varlink/socket.h"

#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#define PLACE(member) offsetof(struct module_options, member)
#define COUNT (sizeof(table) / sizeof(*table))
#define NAME_SIZE 64

/* clang-format off */
static const struct option table[] = {
	{NULL, "socket", OPTION_PATH, PLACE(socket), DEFAULT_SOCKET, 0, 0, NULL,
	    "where the agent listens"},
	{NULL, "agent_user", OPTION_TEXT, PLACE(agent_user), DEFAULT_AGENT_USER, 1, 256, NULL,
	    "who beside root may serve the socket"},
	{NULL, "prompt", OPTION_TEXT, PLACE(prompt), PROMPT_DEFAULT, 1, PROMPT_MAX, NULL,
	    "the first prompt"},
	{NULL, "timeout", OPTION_SECONDS, PLACE(timeout), "10s", 1, TIMEOUT_MAX, NULL,
	    "how long the agent may take"},
	{NULL, "try_first_pass", OPTION_FLAG, PLACE(try_first_pass), NULL, 0, 0, NULL,
	    "take what a module above has asked for, else prompt"},
	{NULL, "use_first_pass", OPTION_FLAG, PLACE(use_first_pass), NULL, 0, 0, NULL,
	    "take what a module above has asked for, never prompt"},
	{NULL, "observe", OPTION_FLAG, PLACE(observe), NULL, 0, 0, NULL,
	    "log the verdict and answer PAM_IGNORE"},
	{NULL, "debug", OPTION_FLAG, PLACE(debug), NULL, 0, 0, NULL,
	    "log more, never a token"},
};
/* clang-format on */

static enum err
set_argument(struct module_options *options, const char *argument,
    struct option_error *error)
{
	size_t size = strcspn(argument, "=");
	const char *value = argument[size] == '=' ? argument + size + 1 : NULL;
	char name[NAME_SIZE] = "";

	/* what does not fit is in no table either */
	memcpy(name, argument, size < NAME_SIZE ? size : NAME_SIZE - 1);
	return options_set(table, COUNT, options, NULL, name, value, error);
}

int
module_options_read(pam_handle_t *pamh, int argc, const char **argv,
    struct module_options *options)
{
	struct option_error error = {.text = "out of memory"};
	enum err e = options_preset(table, COUNT, options, &error);

	for (int i = 0; i < argc && e == OK; i++)
		e = set_argument(options, argv[i], &error);
	if (e == OK)
		return PAM_SUCCESS;
	pam_syslog(pamh, LOG_ERR,
	    "%s; correct the line in this service's PAM file, see pam_jwt(8)",
	    error.text);
	return e == ERR_CONFIG ? PAM_SERVICE_ERR : PAM_BUF_ERR;
}

void
module_options_clear(struct module_options *options)
{
	options_clear(table, COUNT, options);
}
