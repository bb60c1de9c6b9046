/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_SERVICE_LINEAGE_H
#define TESTS_SERVICE_LINEAGE_H

/* A family and the tokens that its client was given, oldest first. */

#include "tests/service/agency.h"

struct lineage {
	struct agency *agency;
	struct enroll_reply device;
	struct refresh_reply first, second, third;
	struct authenticate_reply login; /* of the last one */
};

/* Enrols the device. */
void lineage_begin(struct lineage *lineage, void **state);
void lineage_clear(struct lineage *lineage);

enum err lineage_refresh(struct lineage *lineage, const struct secret *token,
    struct refresh_reply *reply);

#endif
