/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_TASK_H
#define JWT_AGENT_SERVER_TASK_H

/*
 * One request on its way through the agent: decoded, admitted, run inside a
 * transaction, audited in the same transaction, answered. A task can be run
 * again as long as its transaction was not committed.
 */

#include "jwt-agent/observe/log.h"
#include "jwt-agent/server/request.h"
#include "jwt-agent/config/selector.h"

#include <sys/queue.h>

struct peer;

/* What the list of a task is doing: see streams.h. */
enum stream_state {
	STREAM_NONE,
	STREAM_READ,	  /* its peer reads */
	STREAM_PAUSED,	  /* others have their turn */
	STREAM_FOLLOWING, /* it is at the end of what there is */
};

struct task {
	const struct request *row;
	struct peer *peer; /* who waits for the answer; NULL: nobody */
	void *request;
	void *reply;
	struct call call;
	struct caller caller; /* without groups; outlives the connection */
	int64_t began;	      /* on the clock of the metrics */
	struct cursor cursor;
	LIST_ENTRY(task) streams; /* while `stream` is not STREAM_NONE */
	enum stream_state stream;
	unsigned int stalled; /* ticks for which its peer read nothing */
	bool named;	      /* row->names gave a name */
	int64_t resolved;     /* its uid, SUBJECT_UNKNOWN */
	enum err outcome;
	enum err reason; /* the outcome before it was held to the limits */
	bool summed;	 /* a denial that is in the count of a flood */
	bool failed;	 /* a fault took its transaction down: only audit it */
	bool unwritten;	 /* the store takes no writes: it is not audited */
	bool answered;	 /* before its event is written: nothing changes it */
};

/* The service that the request names, which may be any text; empty: none. */
const char *task_service(const struct task *task);

/*
 * A task of a row with decoded parameters (borrowed; NULL: none). Of `caller` it
 * has a copy, since whoever asks may be gone before it is settled.
 * ERR_INVALID_PARAMETER with `error`.
 */
MUST_USE enum err task_new(struct task **out, const struct request *row,
    const struct service *service, const struct caller *caller, bool admin,
    const json_t *parameters, struct field_error *error);
void task_free(struct task *task);
DEFINE_AUTO_FREE(task)

/* Whether a user has to be looked up before the task can run. */
bool task_has_name(const struct task *task);

/* Whose name that is, to be freed; NULL when there is none after all. */
MUST_USE enum err task_name(struct task *task, struct txn *txn, char **user);

/* Runs the task in a transaction that only reads or that may write; the
 * outcome is in the task. Anything but OK is a fault for which the transaction
 * must be dropped. */
MUST_USE enum err task_run(struct task *task, struct txn *txn);

/* Then writes its audit events, if it has any, in the same transaction. */
MUST_USE enum err task_audit(struct task *task);

/* Counts a task that is settled at the limits, where its row says so. */
void task_count(const struct task *task);

/* One more entry of a list into `reply`; ERR_NOT_FOUND at the end, ERR_GO_ON
 * when it has looked at enough records for once and found none to give. */
MUST_USE enum err task_next(struct task *task, struct txn *txn);

/* Whether how it ended is an event of the audit. */
bool task_wants_audit(const struct task *task);

/* The answer as a Varlink message. */
MUST_USE enum err task_answer(struct task *task, json_t **out);

/* Each event of a settled task, whether or not there is a record of its own
 * for it in the audit. */
void task_tell(const struct task *task,
    void (*tell)(const struct happening *happening, void *context),
    void *context);

/* The log lines of what was audited. */
void task_log(const struct task *task, const struct log *log);

#endif
