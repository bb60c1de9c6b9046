/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/takeup.h"

#include "jwt-agent/server/process.h"
#include "lmdb-store/session.h"

#include <stdio.h>
#include <string.h>

struct taking {
	const struct service *service;
	struct fdstore *fdstore;
	struct leaders *leaders;
	session_lost lost;
	void *context;
};

static bool
is_of_another_boot(
    const struct service *service, const struct session_record *session)
{
	return session->boot != NULL &&
	    strcmp(session->boot, service->boot) != 0;
}

/* A pidfd that was kept, if it stands for the process that opened it. */
static enum err
find_kept(
    struct fdstore *fdstore, const struct session_record *session, int *pidfd)
{
	auto_fd int kept = fdstore_take(fdstore, session->id);
	struct leader found = {.fd = -1};

	if (kept < 0)
		return ERR_NOT_FOUND;
	if (process_identify(kept, &found) != OK ||
	    found.pid != session->leader ||
	    found.start != session->leader_start) {
		fdstore_drop(session->id);
		return ERR_NOT_FOUND;
	}
	*pidfd = TAKE_FD(kept);
	return OK;
}

static enum err
find_leader(
    struct fdstore *fdstore, const struct session_record *session, int *pidfd)
{
	struct leader found = {.fd = -1};
	enum err e = find_kept(fdstore, session, pidfd);

	if (e == OK)
		return OK;
	e = process_find(session->leader, session->leader_start, &found);
	if (e == OK)
		*pidfd = found.fd;
	return e;
}

static enum err
take_up(struct taking *taking, const struct session_record *session)
{
	int pidfd = -1;

	if (is_of_another_boot(taking->service, session)) {
		taking->lost(session->id, "reboot", taking->context);
		return OK;
	}
	if (strcmp(session->state, SESSION_ACTIVE) != 0)
		return OK; /* pending ones lapse by themselves */
	if (find_leader(taking->fdstore, session, &pidfd) != OK) {
		taking->lost(session->id,
		    "process ended while the agent was down", taking->context);
		return OK;
	}
	return leaders_watch(taking->leaders, session->id, pidfd);
}

/* Its end is in the store, but the agent may have died before the signal, or
 * before the second one. */
static enum err
end_again(struct taking *taking, const struct session_record *session)
{
	struct effect effect = {.kind = EFFECT_END};
	int pidfd = -1;
	enum err e;

	snprintf(effect.session, sizeof(effect.session), "%s", session->id);
	if (session_is_live(session) || session->leader == 0 ||
	    is_of_another_boot(taking->service, session) ||
	    find_leader(taking->fdstore, session, &pidfd) != OK)
		return OK;
	e = leaders_watch(taking->leaders, session->id, pidfd);
	if (e == OK)
		(void)leaders_end(taking->leaders, &effect);
	return e;
}

static enum err
end_sessions_again(struct taking *taking, struct txn *txn)
{
	auto_clear(session_record) struct session_record session = {0};
	enum err e = session_next_by_due(txn, NULL, &session);

	while (e == OK) {
		e = end_again(taking, &session);
		if (e == OK)
			e = session_next_by_due(txn, &session, &session);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
take_up_sessions(const struct service *service, struct fdstore *fdstore,
    struct leaders *leaders, session_lost lost, void *context)
{
	struct taking taking = {service, fdstore, leaders, lost, context};
	auto_clear(session_record) struct session_record session = {0};
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(service->store, TXN_READ, &txn);

	if (e == OK)
		e = session_next_live(txn, NULL, NULL, &session);
	while (e == OK) {
		e = take_up(&taking, &session);
		if (e == OK)
			e = session_next_live(
			    txn, session.device, session.id, &session);
	}
	return e == ERR_NOT_FOUND ? end_sessions_again(&taking, txn) : e;
}
