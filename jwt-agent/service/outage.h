/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_OUTAGE_H
#define JWT_AGENT_SERVICE_OUTAGE_H

/*
 * The time in which the store takes no writes: its disk is full or fails, its
 * file system is read-only, or it has reached its largest size. Every call
 * tries all the same, so that it is over as soon as the cause is gone. What
 * could not be audited meanwhile is counted, and told by one event afterwards.
 */

#include "varlink/login.h"

struct call;

/* The detail of what is granted meanwhile. */
#define OUTAGE_NOT_RECORDED "not recorded: the store takes no writes"

struct outage {
	enum err fault; /* OK: the store takes writes */
	int64_t since;	/* seconds since 1970 */
	/* since it began, and not in the audit yet */
	bool untold;
	int64_t refused; /* calls that were not served */
	/* logins, and checks of an account, */
	int64_t unrecorded; /* that were granted all the same */
	int64_t denied;	    /* that were refused for another reason */
};

/* Whether the error is one of the store as a whole. */
bool outage_is(enum err e);

/* The store took no write. Whether that is new, or has another reason. */
bool outage_begin(struct outage *outage, enum err fault, int64_t now);

/* A call came to that end without having been audited. */
void outage_count(struct outage *outage, enum err outcome);

/* What there is to tell, as a sentence to be freed; NULL without memory. */
char *outage_describe(const struct outage *outage, int64_t now);

/* The agent asks this of itself: writes the event. It is a try, too. */
MUST_USE enum err outage_tell(
    struct call *call, const struct empty *request, struct empty *reply);

/* The event is durable. */
void outage_told(struct outage *outage);

#endif
