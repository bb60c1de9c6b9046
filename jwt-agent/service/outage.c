/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/outage.h"

#include "jwt-agent/service/call.h"

#include <inttypes.h>
#include <stdio.h>

bool
outage_is(enum err e)
{
	switch (e) {
	case ERR_STORE:
	case ERR_STORE_FULL:
	case ERR_STORE_READ_ONLY:
	case ERR_STORE_DAMAGED:
	case ERR_DISK_FULL:
		return true;
	default:
		return false;
	}
}

bool
outage_begin(struct outage *outage, enum err fault, int64_t now)
{
	bool is_new = outage->fault != fault;

	if (!outage->untold)
		outage->since = now;
	outage->untold = true;
	outage->fault = fault;
	return is_new;
}

void
outage_count(struct outage *outage, enum err outcome)
{
	if (outcome == OK)
		outage->unrecorded++;
	else if (outage_is(outcome))
		outage->refused++;
	else
		outage->denied++;
}

char *
outage_describe(const struct outage *outage, int64_t now)
{
	char *text = NULL;

	if (asprintf(&text,
		"for %" PRId64 " s: %" PRId64 " calls were not served, %" PRId64
		" logins and account checks were granted and %" PRId64
		" refused without a record",
		now - outage->since, outage->refused, outage->unrecorded,
		outage->denied) < 0)
		return NULL;
	return text;
}

enum err
outage_tell(struct call *call, const struct empty *request, struct empty *reply)
{
	const struct outage *outage = call->service->outage;

	(void)request;
	(void)reply;
	call->event.detail = outage_describe(outage, call->now);
	return call->event.detail != NULL ? OK : ERR_NO_MEMORY;
}

void
outage_told(struct outage *outage)
{
	*outage = (struct outage){.fault = outage->fault};
}
