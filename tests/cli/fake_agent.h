/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_CLI_FAKE_AGENT_H
#define TESTS_CLI_FAKE_AGENT_H

/*
 * A process that serves a socket and answers as a test wants, one connection
 * after the other. It speaks Varlink on its own account: NUL after each JSON
 * message.
 */

#include "tests/cli/folder.h"

#include <jansson.h>

/* A new array of the messages to answer with; NULL: say nothing and hang up.
 * `state` is the server's own copy from the moment of its start. */
typedef json_t *(*fake_answer)(
    const char *method, const json_t *parameters, void *state);

struct fake_agent {
	pid_t process;
	struct folder folder;
	char config[PATH_MAX]; /* a configuration that names the socket */
};

void
fake_agent_start(struct fake_agent *agent, fake_answer answer, void *state);

/* Ends it. The folder and its configuration stay. */
void fake_agent_stop(struct fake_agent *agent);

void fake_agent_clear(struct fake_agent *agent);

/* One reply, one refusal; both as the array that a fake_answer returns. */
json_t *fake_reply(json_t *parameters);
json_t *fake_refusal(const char *error, const char *message);

#endif
