/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_REQUEST_H
#define JWT_AGENT_SERVER_REQUEST_H

/*
 * The request table: everything that can be asked of the agent, one row each.
 * What holds for more than one request is a column here, never a line in a
 * handler.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"

enum who {
	WHO_ANY,
	WHO_OWNER, /* the user that the call is about, and administrators */
	WHO_ADMIN, /* root and the admin group */
	WHO_ROOT,
	WHO_SERVICE, /* root, and the callers= of the service it is about */
	WHO_AGENT,   /* the agent itself: cannot be called from outside */
};

enum request_flag {
	AUDIT_GRANTS = 1,      /* a grant is audited, not only a refusal */
	VEILED = 2,	       /* a refusal says what err_shown() allows */
	TAKES_LEADER = 4,      /* the caller's pidfd comes with the message */
	LIMITED = 8,	       /* refusals are counted: service/limit.h */
	COUNTS_REFUSALS = 16,  /* refusals are counted for the user */
	TALLIED = 32,	       /* how it ends is counted for good, under its
			       * event, by service and reason */
	RESERVED = 64,	       /* takes the store's reserve when that is full */
	LOGS_IN = 256,	       /* how it ends is a metric: the logins, */
	REFRESHES = 512,       /* the refreshes */
	UNRECORDED = 128,      /* is run also when nothing can be written */
	WARNS = 1024,	       /* a grant is logged as a warning */
	ANSWERED_FIRST = 2048, /* only reads: a grant repeats what is durable,
				* and its event may be written after it */
};

typedef enum err (*request_run)(
    struct call *call, const void *request, void *reply);
typedef enum err (*request_next)(
    struct call *call, const void *request, struct cursor *cursor, void *entry);
typedef const struct fields *(*request_fields)(void);
/* A copy of the name, or NULL: nobody is named. */
typedef enum err (*request_names)(
    struct call *call, const void *request, char **user);

struct request {
	const char *method;
	enum who who;
	enum txn_mode txn;
	const char *event; /* in the audit and the log */
	unsigned int flags;
	/* Whom the call is about: the user of this name, who is looked up
	 * before the handler runs, or what this finds in the store. Without either, and where nobody is named: the
	 * caller, for an administrator everybody. */
	request_names names;
	enum err (*subject)(
	    struct call *call, const void *request, int64_t *uid);
	request_fields request;
	request_fields reply;
	request_run run;
	/* of a list, instead of run: the next entry, ERR_NOT_FOUND at the
	 * end, and what an entry is called in the reply */
	request_next next;
	const char *entry;
	/* of a request that ends sessions: writes into the reply what became
	 * of its effects; NULL */
	void (*tell)(const struct call *call, void *reply);
};

extern const struct request requests[];
extern const size_t request_count;

/* What the agent asks of itself. */
extern const struct request *const own_requests[];
extern const size_t own_request_count;
extern const struct request request_leader_gone;
extern const struct request request_sweep;
extern const struct request request_keep_keys;
extern const struct request request_keep_clock;
extern const struct request request_begin;
extern const struct request request_end_floods;
extern const struct request request_end;
extern const struct request request_tell_outage;
extern const struct request request_restored;
extern const struct request request_settle_master;
extern const struct request request_alert_fire;
extern const struct request request_alert_clear;

/* The row of a method; ERR_METHOD_NOT_FOUND, ERR_INTERFACE_NOT_FOUND. */
MUST_USE enum err request_find(const char *method, const struct request **out);

#endif
