/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/ends.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static enum err
print_json(const struct fields *fields, const void *reply)
{
	auto_json json_t *answer = NULL;
	enum err e = output_encode(fields, reply, &answer);

	return e == OK ? output_json(answer) : e;
}

static void
print_ends(const struct ends *ends)
{
	printf("sessions ended: %" PRId64, ends->sessions_ended);
	if (ends->already_gone > 0)
		printf(" (already gone: %" PRId64 ")", ends->already_gone);
	if (ends->not_permitted > 0)
		printf(" (not permitted: %" PRId64 ")", ends->not_permitted);
	putchar('\n');
}

int
ends_answer(const struct call *call, const struct fields *fields,
    const void *reply, const struct ends *ends, const char *format, ...)
{
	enum err e = OK;
	va_list arguments;

	if (call_has(call, CLI_JSON)) {
		e = print_json(fields, reply);
	} else {
		va_start(arguments, format);
		vprintf(format, arguments);
		va_end(arguments);
		print_ends(ends);
	}
	if (e != OK || ends->not_permitted == 0)
		return err_exit(e);
	connection_complain(call,
	    "%" PRId64 " processes could not be signalled and may run on: the "
	    "agent needs CAP_KILL",
	    ends->not_permitted);
	return err_exit(ERR_IO);
}
