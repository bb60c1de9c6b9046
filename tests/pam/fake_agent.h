/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_PAM_FAKE_AGENT_H
#define TESTS_PAM_FAKE_AGENT_H

/*
 * A scripted agent: a thread that speaks Varlink's framing on a Unix socket,
 * says what it is told to say and keeps what it was asked.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define FAKE_REQUESTS_MAX 8

/* What Authenticate answers unless told otherwise. */
#define FAKE_SESSION "01HZZZZZZZZZZZZZZZZZZZZZZZ"
#define FAKE_DEVICE "01HYYYYYYYYYYYYYYYYYYYYYYY"

enum fake_manner {
	FAKE_ANSWER, /* one write */
	FAKE_DRIP,   /* byte by byte */
	FAKE_HANG,   /* accept, never answer */
	FAKE_CLOSE,  /* read the call, close */
	FAKE_ENDLESS /* bytes without an end */
};

struct fake_agent;

/* Listens at `path` as `uid`, which root may choose. */
struct fake_agent *fake_agent_start(const char *path, uid_t uid);

/* Ends the thread, removes the socket. */
void fake_agent_stop(struct fake_agent *agent);

void fake_agent_manner(struct fake_agent *agent, enum fake_manner manner);

/* The whole reply to every call whose method ends in `method`; the text is
 * borrowed. Other methods get their good reply. */
void fake_agent_reply(
    struct fake_agent *agent, const char *method, const char *reply);

/* An error reply to the same. */
void fake_agent_error(struct fake_agent *agent, const char *method,
    const char *name, const char *message);

/* The calls so far, as text; NULL past the last one. */
const char *fake_agent_call(const struct fake_agent *agent, size_t number);

/* The pid behind the pidfd that came, 0: none came. */
pid_t fake_agent_pid(const struct fake_agent *agent);

#endif
