/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CLOCK_H
#define JWT_AGENT_SERVICE_CLOCK_H

/*
 * The wall clock watched against the time since boot, which nobody can set
 * and which counts while the machine sleeps. When the wall clock moves by
 * more than CLOCK_JUMP_SECONDS against it, that is a jump. Times: `now` is
 * the wall clock, which the claims of tokens and the long windows of refresh
 * tokens are held against; `steady` is the wall clock without the jumps of
 * this boot, for what lasts so many seconds (a pending login, session_max,
 * the grace time of a rotation). A smaller step, and a clock that is
 * slewed, moves both.
 *
 * What is known is kept in the store, so that a jump is noticed also when the
 * agent was not running, and so that `steady` goes on after a restart. A new
 * boot begins with a clock that is believed.
 */

#include "base/host.h"
#include "lmdb-store/clock.h"

#include <stdbool.h>

#define CLOCK_JUMP_SECONDS 300
#define CLOCK_DRIFT_SECONDS 60 /* more than this is worth a write */

/* The jumps since somebody asked, in seconds since 1970: what the clock
 * should have said, and what it said. */
struct clock_jump {
	int64_t from;
	int64_t to;
};

struct clock {
	const struct host *host;
	int64_t (*elapsed_ms)(void); /* since boot; never set */
	const char *boot;	     /* borrowed */
	int64_t offset_ms;
	int64_t ahead_ms;
	int64_t kept_ms; /* the offset that is in the store */
	bool is_kept;
	bool has_jumped;
	struct clock_jump jump;
};

/* CLOCK_BOOTTIME. */
int64_t clock_elapsed_ms(void);

/* Goes on with what the store knows of this boot. `kept` NULL: nothing. */
void clock_begin(struct clock *clock, const struct clock_record *kept);

/* Reads both clocks; seconds. */
void clock_read(struct clock *clock, int64_t *now, int64_t *steady);

/* Whether something is to be written: a jump, drift, a new boot. From then
 * on it counts as written; `jump` is all zero when there was none. */
bool clock_is_due(struct clock *clock, struct clock_jump *jump);

#endif
