/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ARRIVAL_H
#define JWT_AGENT_SERVICE_ARRIVAL_H

/*
 * A line of an import on its way in, and what is looked at in each of them. A
 * line that is skipped is an outcome and no fault; what is said about it names
 * members, and never has a value of the line in it.
 */

#include "jwt-agent/service/call.h"
#include "varlink/transfer.h"

#define ARRIVAL_DETAIL_SIZE 160
#define ARRIVAL_REASON "imported"

enum arrival_result {
	ARRIVAL_IMPORTED,
	ARRIVAL_PRESENT,
	ARRIVAL_SKIPPED,
};

struct arrival {
	struct call *call;
	const char *user;
	bool dry_run;
	/* what became of it */
	enum arrival_result result;
	const char *reason; /* a word; NULL: it was not skipped */
	char detail[ARRIVAL_DETAIL_SIZE];
};

/* Skips the line; always OK. */
__attribute__((format(printf, 3, 4))) enum err arrival_skip(
    struct arrival *arrival, const char *reason, const char *format, ...);
bool arrival_is_skipped(const struct arrival *arrival);

/* Whether it is to be written now that all checks returned `e`. */
bool arrival_is_to_be_written(const struct arrival *arrival, enum err e);

/* Its format, texts without control characters, times that have passed; and
 * that it is the user's of the call, whom the directory knows. */
void arrival_check(struct arrival *arrival, const struct fields *fields,
    const void *line, int64_t format);
void
arrival_check_person(struct arrival *arrival, const char *user, int64_t uid);

/*
 * An id of our own stays; what another system calls something becomes one, the
 * same each time. `created`: seconds since 1970, by which it sorts; 0 where
 * others must find it by `foreign` alone.
 */
MUST_USE enum err arrival_id(struct arrival *arrival, const char *kind,
    const char *foreign, int64_t created, char id[ID_SIZE + 1]);

/* Copies texts that are not NULL into members of a record. ERR_NO_MEMORY. */
struct text_pair {
	char **member;
	const char *text;
};
MUST_USE enum err arrival_copy(const struct text_pair *pairs, size_t count);

const char *arrival_preset(const char *text, const char *otherwise);

/* One for each kind of line; `decoded` is of its field list. */
MUST_USE enum err arrival_user(struct arrival *arrival, const void *decoded);
MUST_USE enum err arrival_device(struct arrival *arrival, const void *decoded);
MUST_USE enum err arrival_session(struct arrival *arrival, const void *decoded);

#endif
