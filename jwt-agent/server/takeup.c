/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/takeup.h"

#include "jwt-agent/server/process.h"
#include "lmdb-store/session.h"

#include <string.h>

static enum err
take_up(const struct service *service, struct leaders *leaders,
    const struct session_record *session, session_lost lost, void *context)
{
	struct leader leader = {.fd = -1};

	if (strcmp(session->state, SESSION_ACTIVE) != 0)
		return OK; /* pending ones lapse by themselves */
	if (session->boot == NULL ||
	    strcmp(session->boot, service->boot) != 0) {
		lost(session->id, "reboot", context);
		return OK;
	}
	if (process_find(session->leader, session->leader_start, &leader) !=
	    OK) {
		lost(session->id, "process ended while the agent was down",
		    context);
		return OK;
	}
	return leaders_watch(leaders, session->id, leader.fd);
}

enum err
take_up_sessions(const struct service *service, struct leaders *leaders,
    session_lost lost, void *context)
{
	auto_clear(session_record) struct session_record session = {0};
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(service->store, TXN_READ, &txn);

	if (e == OK)
		e = session_next_live(txn, NULL, NULL, &session);
	while (e == OK) {
		e = take_up(service, leaders, &session, lost, context);
		if (e == OK)
			e = session_next_live(
			    txn, session.device, session.id, &session);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
