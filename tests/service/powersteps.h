/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_SERVICE_POWERSTEPS_H
#define TESTS_SERVICE_POWERSTEPS_H

/*
 * What an agent does while the power may go, and what is true of its store ever
 * after, once it was acknowledged. A list ends with a step that does nothing.
 */

#include "tests/service/agency.h"

struct scene {
	struct agency *agency;
	struct enroll_reply device, other;
	struct authenticate_reply login, lapsing;
	struct refresh_reply refreshed;
	struct device_revoke_reply revoked;
	const struct powerstep *steps;
	char store_path[96]; /* what the loss of power leaves */
	char data_path[128];
	char key_path[96];
	struct store *store;
	struct txn *txn;
};

struct powerstep {
	void (*take)(struct scene *scene);
	void (*holds)(struct scene *scene);
};

/* The life of a device, and what is refused meanwhile. */
extern const struct powerstep device_steps[];
/* What an administrator does, and what the agent keeps of itself. */
extern const struct powerstep operation_steps[];

void step_enroll(struct scene *scene);
void step_is_enrolled(struct scene *scene);

#endif
