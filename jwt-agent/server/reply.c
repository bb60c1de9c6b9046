/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/reply.h"

enum err
reply_give(struct task *task, bool last)
{
	auto_json json_t *answer = NULL;
	struct peer *peer = task->peer;
	enum err e;

	if (peer == NULL)
		return ERR_UNREACHABLE;
	e = task_answer(task, &answer);
	if (last || e != OK) {
		peer_set_task(peer, NULL);
		task->peer = NULL;
	}
	peer_answer(peer, e == OK ? answer : NULL, last);
	return e;
}
