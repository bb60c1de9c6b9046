/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/service/lineage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

void
lineage_begin(struct lineage *lineage, void **state)
{
	lineage->agency = *state;
	assert_int_equal(agency_enroll(lineage->agency, &lineage->device), OK);
}

void
lineage_clear(struct lineage *lineage)
{
	enroll_reply_clear(&lineage->device);
	refresh_reply_clear(&lineage->first);
	refresh_reply_clear(&lineage->second);
	refresh_reply_clear(&lineage->third);
	authenticate_reply_clear(&lineage->login);
}

enum err
lineage_refresh(struct lineage *lineage, const struct secret *token,
    struct refresh_reply *reply)
{
	return agency_refresh(lineage->agency, token, reply);
}
