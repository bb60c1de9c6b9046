/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SETUP_STEP_H
#define JWT_AGENT_SETUP_STEP_H

/* The steps of setup.h, and what they share. */

#include "base/secret.h"
#include "jwt-agent/config/config.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

enum setup_outcome {
	SETUP_KEPT,   /* it was there */
	SETUP_MADE,   /* or put right */
	SETUP_WANTED, /* it would be made, but for the dry run */
	SETUP_LATER,  /* the agent's first start makes it */
	SETUP_FAILED,
};

struct setup {
	const struct config *config;
	bool dry_run;
	const char *credential; /* path of the encrypted master key */
	uid_t uid;		/* of the agent's user, once it is there */
	gid_t gid;
	struct secret *master; /* when it was made as a credential just now */
	json_t *steps;
	enum err worst;
};

/* A line of the report. */
__attribute__((format(printf, 5, 6))) void
setup_say(struct setup *setup, const char *step, enum setup_outcome outcome,
    const char *object, const char *format, ...);

/* The steps, in this order. What one of them cannot do it says itself. */
void setup_account(struct setup *setup);
void setup_places(struct setup *setup);
void setup_master_key(struct setup *setup);
void setup_store(struct setup *setup);

#endif
