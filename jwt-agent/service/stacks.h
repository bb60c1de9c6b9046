/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_STACKS_H
#define JWT_AGENT_SERVICE_STACKS_H

/*
 * What holds for each PAM service: its section of the configuration made ready
 * for use. A service without one has the rules of [service *].
 */

#include "jwt-agent/config/config.h"
#include "jwt-agent/policy/policy.h"

#include <sys/types.h>

/* One PAM service's rules. */
struct stack {
	const struct service_config *config;
	struct policy policy;
	bool replay_once;
	bool end_on_expiry; /* a session ends with its token */
	bool renew;	    /* who has an outdated token is to renew it */
	bool unrecorded;    /* logins go on while the store takes no writes */
	/* uids besides root that may ask for it */
	uid_t *callers;
	size_t caller_count;
};

struct stacks;

/* Looks up the names in callers=, which may take as long as a directory
 * server does. `config` outlives it. ERR_CONFIG with `error` filled,
 * ERR_DIRECTORY_UNAVAILABLE, ERR_NO_MEMORY. */
MUST_USE enum err stacks_new(struct stacks **out, const struct config *config,
    struct config_error *error);
void stacks_free(struct stacks *stacks);
DEFINE_AUTO_FREE(stacks)

/* Never NULL. */
const struct stack *stacks_find(const struct stacks *stacks, const char *name);

/* Whether a caller with this uid may ask for the service. */
bool stack_takes_caller(const struct stack *stack, uid_t uid);

#endif
