/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_LIMIT_H
#define JWT_AGENT_SERVICE_LIMIT_H

/*
 * How often logins were refused of late, by where they came from and by user
 * and where. In memory; whose process asked does not count. A window
 * begins with the first refusal that is counted and ends `limit_window`
 * seconds later.
 *
 * A place is the rhost; of an IPv6 address its /64, which is what one
 * customer gets. Without an rhost it is tty and user together: a console, su.
 *
 * Above the limit a refusal says nothing but ERR_TOO_MANY_ATTEMPTS, and codes
 * from that place are not looked at. A good token is let in all the same, so
 * nobody can lock anybody out.
 *
 * Both tables have room for LIMIT_ENTRIES. They are filed under a hash with
 * a random key, so nobody can aim at an entry; where there is no
 * room, what is over goes first, then what was counted least. To be rid of a
 * counter somebody must therefore run up thousands of others as high, each
 * in another name; and other names do not help against the one of his
 * address. Local attempts, whose ttys and users can be many, take no room from
 * addresses.
 *
 * Counting happens when an answer is committed: the calls of one turn, of
 * which there are at most 256, do not see each other.
 */

#include "base/host.h"
#include "jwt-agent/config/config.h"

#define LIMIT_ENTRIES 4096

/* The event that tells of a place which goes on above its limit of codes. */
#define LIMIT_ALERT "code-guessing"

struct limit;

/* Where an attempt comes from; borrowed. NULL and "": it is not known. */
struct limit_place {
	const char *user, *rhost, *tty;
};

/* What became of it. */
enum limit_event {
	LIMIT_PASSED, /* counters of user and place start again */
	LIMIT_REFUSED,
	LIMIT_WRONG_CODE, /* is refused, too */
	LIMIT_TOLD,	  /* an alert of the place's guessing was committed */
};

/* `config` outlives it. ERR_NO_MEMORY, the faults of host_random(). */
MUST_USE enum err limit_new(
    struct limit **out, const struct config *config, const struct host *host);
void limit_free(struct limit *limit);
DEFINE_AUTO_FREE(limit)

/* `now` in seconds since 1970; a window that begins later is over. */
void limit_note(struct limit *limit, const struct limit_place *place,
    enum limit_event event, int64_t now);

/* Whether the place, or the user there, has reached `limit_attempts`. */
bool limit_reached(
    struct limit *limit, const struct limit_place *place, int64_t now);

/* How many wrong codes the place has left before it reaches
 * `limit_code_attempts`. */
int64_t limit_codes_left(
    struct limit *limit, const struct limit_place *place, int64_t now);

/* Whether it has been told in this window that the place is guessing. */
bool limit_is_told(
    struct limit *limit, const struct limit_place *place, int64_t now);

#endif
