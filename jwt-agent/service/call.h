/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CALL_H
#define JWT_AGENT_SERVICE_CALL_H

/*
 * One request while it is served: what the dispatcher hands to a handler, and
 * what the handler leaves for the dispatcher. A handler takes a message, a
 * transaction and the time, and answers with a message; it frames nothing,
 * asks for no permission, commits nothing and logs nothing. It checks first
 * and writes last, and can be run again: whatever is to happen outside the
 * transaction is an effect, carried out after the commit.
 */

#include "base/host.h"
#include "base/id.h"
#include "jwt-agent/config/config.h"
#include "jwt-agent/observe/metric.h"
#include "jwt-agent/policy/message.h"
#include "jwt-agent/service/limit.h"
#include "jwt-agent/service/clock.h"
#include "jwt-agent/service/outage.h"
#include "jwt-agent/service/keychange.h"
#include "jwt-agent/service/stacks.h"
#include "jwt-agent/service/trust.h"
#include "lmdb-store/audit.h"
#include "lmdb-store/store.h"
#include "varlink/caller.h"

/* `subject` when it is not one user but everybody, and when the directory
 * does not know the name. */
#define SUBJECT_EVERYBODY (-1)
#define SUBJECT_UNKNOWN (-2)

struct alerts;

/* What lives as long as the agent. */
struct service {
	const struct config *config;
	const struct host *host;
	struct store *store;
	struct keyring *keyring; /* read by handlers */
	struct trust *trust;
	const struct stacks *stacks;
	struct limit *limit; /* read by handlers, kept by the dispatcher */
	const char *boot;    /* the id of this boot of the machine */
	int64_t started;
	struct clock *clock;	 /* NULL: one that never jumps */
	struct outage *outage;	 /* read by handlers, kept by the dispatcher */
	struct metrics *metrics; /* NULL: nothing is measured */
	struct alerts *alerts;	 /* as the outage is */
};

/* The process that opens a session: its pidfd, pid, and start time in clock
 * ticks since boot. */
struct leader {
	int fd;
	int64_t pid;
	int64_t start;
};

enum effect_kind {
	EFFECT_WATCH, /* hold the leader's pidfd for this session */
	EFFECT_END,   /* end the session's leader */
	EFFECT_FORGET /* let go of the session's leader */
};

/* What became of an EFFECT_END. */
enum effect_outcome {
	EFFECT_ENDED,  /* the process was signalled, or there never was one */
	EFFECT_GONE,   /* it was not there any more */
	EFFECT_DENIED, /* it may not be signalled, and may run on */
};

/* `pid` and `start`: the process as the session's record names it, 0 when there
 * is none in this boot of the machine. `outcome` is set when the effect is carried out. */
struct effect {
	enum effect_kind kind;
	char session[ID_SIZE + 1];
	int64_t pid, start;
	enum effect_outcome outcome;
};

/* An event of its own beside that of the request, under its own stable name,
 * with what the request's event says of user, device and place. */
#define CALL_ALERTS_MAX 4
#define ALERT_DETAIL_SIZE 256

struct alert {
	const char *name;
	char detail[ALERT_DETAIL_SIZE]; /* empty: that of the request's event */
};

/* What a call found out about the audit: `done`, it was read to its end with so
 * many problems; `head`, a head does not hold. */
struct audit_check {
	bool done;
	bool head;
	int64_t problems;
};

struct call {
	/* given */
	const struct service *service;
	const struct caller *caller;
	struct txn *txn;
	int64_t now;	 /* seconds since 1970 */
	int64_t steady;	 /* the same without the jumps of the clock */
	bool admin;	 /* the caller is root or an administrator */
	int64_t subject; /* the uid the call is about */
	bool named;	 /* it was looked up by the name in the request */
	struct leader leader;
	bool waited; /* keys were fetched for it: it does not wait again */
	/* OK, or why the store takes no writes: the transaction only reads,
	 * and what has to be recorded is refused with this */
	enum err fault;

	/* left: the event's members besides time, event, outcome, reason and
	 * caller; alerts; effects; an issuer
	 * whose keys are to be fetched; what the service says to a refusal
	 * instead of its text, if it is not empty */
	struct audit_record event;
	struct alert alerts[CALL_ALERTS_MAX];
	size_t alert_count;
	struct audit_record *records; /* see call_record() */
	size_t record_count;
	struct effect *effects;
	size_t effect_count;
	struct trusted *fetch;
	bool missing;		  /* because it lacks one */
	struct key_change change; /* keys to be in use after the commit */
	struct audit_check audit_check;
	bool rests; /* a list that lets others have a turn now */
	char message[POLICY_TEXT_SIZE];
};

/* Copies a text into a member of the event; without memory it stays NULL. */
void call_note(char **member, const char *text);

/* `name` lives on; `detail` is copied, NULL: none. Of more than
 * CALL_ALERTS_MAX those that came first are kept. */
void call_alert(struct call *call, const char *name, const char *detail);

/* An event of its own that has nothing in common with that of the request: all
 * its members are set but time, caller_pid and command. Taken over, also when it
 * fails: ERR_NO_MEMORY. */
MUST_USE enum err call_record(struct call *call, struct audit_record *record);

MUST_USE enum err
call_effect(struct call *call, enum effect_kind kind, const char *session);

/* How many effects came out so. */
int64_t call_count(const struct call *call, enum effect_outcome outcome);
/* Where the call comes from, as its event says. */
struct limit_place call_place(const struct call *call);

/* Reads the clock into `now` and `steady`. */
void call_read_clock(struct call *call);

/* What ended before this has ended whichever of the two is right: the end of
 * life of a mark whose loss would let something happen twice. */
int64_t call_surely_past(const struct call *call);

/* Forgets what a handler left, before it is run again. */
void call_reset(struct call *call);

#endif
