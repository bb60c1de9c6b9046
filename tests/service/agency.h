/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_SERVICE_AGENCY_H
#define TESTS_SERVICE_AGENCY_H

/*
 * The services on a store in a directory of its own, with a clock that the
 * test sets. Each agency_* call is one request in one transaction, which is
 * committed as the dispatcher would.
 */

#include "jwt-agent/service/alerts.h"
#include "jwt-agent/service/device.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/login.h"
#include "jwt-agent/service/session.h"
#include "jwt-agent/service/sweep.h"
#include "jwt-agent/service/token.h"

#define AGENCY_START INT64_C(1800000000)
#define AGENCY_UID 4242
#define AGENCY_SMALL_MAP ((size_t)256 << 10)

struct agency {
	char directory[64];
	int64_t now_ms;
	struct host host;
	struct config *config;
	struct store *store;
	struct keyring *keyring;
	struct trust *trust;
	struct stacks *stacks;
	struct limit *limit;
	struct alerts *alerts;
	struct service service;
	struct caller caller;
	struct call call; /* what the last request left */
	char *text;	  /* the configuration's */
	/* of the last request: whether the master key's file was to be replaced,
	 * and what came of it */
	bool wrote_file;
	enum err file_error;
};

/* For cmocka's set-up and tear-down: the state is a struct agency. */
int agency_set_up(void **state);
/* The same with a map that has to grow soon. */
int agency_set_up_small(void **state);
int agency_tear_down(void **state);

/* Starts over with this text as the configuration file; the store stays. */
void agency_configure(struct agency *agency, const char *text);

/* Closes the store and opens it again, as a new process would. */
void agency_restart(struct agency *agency);

void agency_pass(struct agency *agency, int64_t seconds);

/* Begins a request; agency_end() commits it if it was granted or its error
 * commits, and gives the error back. */
struct call *agency_begin(struct agency *agency);
enum err agency_end(struct agency *agency, enum err e);

enum err agency_enroll(struct agency *agency, struct enroll_reply *reply);
enum err agency_refresh(struct agency *agency, const struct secret *token,
    struct refresh_reply *reply);
enum err agency_login(struct agency *agency, const struct secret *token,
    struct authenticate_reply *reply);
enum err agency_revoke(struct agency *agency, const char *device,
    struct device_revoke_reply *reply);
/* One sweep to its end; how many steps it took. */
size_t agency_sweep(struct agency *agency, const char *name);
/* As in "flag set FLAG WISH"; `user` may be NULL. */
void agency_set_flag(struct agency *agency, const char *flag, const char *wish,
    const char *user);
/* The session's state, to be freed. */
char *agency_session_state(struct agency *agency, const char *session);

#endif
