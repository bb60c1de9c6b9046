/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include <security/pam_ext.h>

#define SHOWN_SIZE 128

/* A value that can neither end its line nor look like another pair. */
struct shown {
	char text[SHOWN_SIZE];
};

static struct shown
show(const char *value)
{
	struct shown shown = {"-"};
	size_t i = 0;

	if (value == NULL)
		return shown;
	for (; value[i] != '\0' && i < SHOWN_SIZE - 1; i++) {
		bool plain = value[i] > ' ' && value[i] <= '~' &&
		    value[i] != '=' && value[i] != '"';

		shown.text[i] = '?';
		if (plain)
			shown.text[i] = value[i];
	}
	shown.text[i] = '\0';
	return shown;
}

static struct shown
show_user(const struct context *context, enum err result)
{
	return show(result == ERR_NO_SUCH_USER ? NULL : context->user);
}

void
log_result(const struct context *context, const char *event, enum err result)
{
	struct shown user = show_user(context, result);
	struct shown rhost = show(context->rhost);

	if (result == OK)
		return;
	if (err_is_fault(result))
		pam_syslog(context->pamh, LOG_ERR,
		    "%s failed reason=%s user=%s rhost=%s: %s (%s); see "
		    "\"systemctl status jwt-agent\" and \"jwt-agent doctor\"",
		    event, err_name(result), user.text, rhost.text,
		    err_text(result), context->options.socket);
	else
		pam_syslog(context->pamh, LOG_NOTICE,
		    "%s refused reason=%s user=%s rhost=%s: %s", event,
		    err_name(result), user.text, rhost.text, err_text(result));
}

void
log_refused(const struct context *context, const char *reason)
{
	/* not resolved yet, so the name may be anything: leave it out */
	pam_syslog(context->pamh, LOG_INFO, "login refused reason=%s rhost=%s",
	    reason, show(context->rhost).text);
}

void
log_accepted(
    const struct context *context, const char *session, const char *device)
{
	pam_syslog(context->pamh, LOG_INFO,
	    "login accepted user=%s rhost=%s session=%s device=%s",
	    show(context->user).text, show(context->rhost).text,
	    show(session).text, show(device).text);
}

void
log_unrecorded(const struct context *context, const char *device)
{
	pam_syslog(context->pamh, LOG_WARNING,
	    "login accepted without a session, which no revoke can end; see "
	    "\"jwt-agent audit list\": user=%s rhost=%s device=%s",
	    show(context->user).text, show(context->rhost).text,
	    show(device).text);
}

void
log_aside(const struct context *context)
{
	pam_syslog(context->pamh, LOG_NOTICE,
	    "login stands aside reason=%s user=%s rhost=%s: %s",
	    err_name(ERR_STAND_ASIDE), show(context->user).text,
	    show(context->rhost).text, err_text(ERR_STAND_ASIDE));
}

void
log_observed(const struct context *context, enum err result)
{
	pam_syslog(context->pamh, LOG_NOTICE,
	    "observe: would %s reason=%s user=%s rhost=%s",
	    result == OK ? "accept" : "refuse", err_name(result),
	    show_user(context, result).text, show(context->rhost).text);
}

void
log_debug(const struct context *context, const char *format, ...)
{
	va_list arguments;

	if (!context->options.debug)
		return;
	va_start(arguments, format);
	pam_vsyslog(context->pamh, LOG_DEBUG, format, arguments);
	va_end(arguments);
}
