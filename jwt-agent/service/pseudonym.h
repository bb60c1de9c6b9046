/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_PSEUDONYM_H
#define JWT_AGENT_SERVICE_PSEUDONYM_H

/*
 * What stands in the audit for a person who was forgotten: keyed hashes
 * (seal_hash), the same for the same person every time, so that the history
 * still shows what one person did, but not who that was: whoever has the store
 * cannot try names without the master key. Everything else that would lead to
 * the person (uid, device, session, host, terminal) is replaced by hashes that
 * are the person's own: nobody else's record has them.
 */

#include "lmdb-store/audit.h"
#include "lmdb-store/seal.h"

#define PSEUDONYM_PREFIX "forgotten-"
#define PSEUDONYM_SIZE 26

struct pseudonym {
	char name[PSEUDONYM_SIZE + 1];
	int64_t uid; /* less than -1 */
	/* whom it stands for; borrowed; NULL and -1: not known */
	const char *user;
	int64_t was_uid;
};

/* `user` NULL: the uid is hashed. ERR_CRYPTO. */
MUST_USE enum err pseudonym_make(struct pseudonym *out, const struct seal *seal,
    const char *user, int64_t uid);

/* Whether a text has the person's name in it as a word of its own. */
bool pseudonym_is_named(const struct pseudonym *person, const char *text);

/* Takes the person out of an event; `*changed` tells whether he was in it.
 * `device`: the event's device is his, whoever the event is about. ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err
pseudonym_redact(const struct pseudonym *person, const struct seal *seal,
    struct audit_record *event, bool device, bool *changed);

#endif
