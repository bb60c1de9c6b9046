/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t
clock_elapsed_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
offset_of(const struct clock *clock, int64_t wall_ms)
{
	return wall_ms - clock->elapsed_ms();
}

void
clock_begin(struct clock *clock, const struct clock_record *kept)
{
	clock->has_jumped = false;
	clock->is_kept = kept != NULL && strcmp(kept->boot, clock->boot) == 0;
	if (clock->is_kept) {
		clock->kept_ms = clock->offset_ms = kept->offset_ms;
		clock->ahead_ms = kept->ahead_ms;
	} else {
		clock->offset_ms =
		    offset_of(clock, clock->host->now_ms(clock->host->state));
		clock->ahead_ms = 0;
	}
}

/* Two jumps that nobody asked about in between are told as one. */
static void
note_jump(struct clock *clock, int64_t wall_ms, int64_t by_ms)
{
	if (!clock->has_jumped)
		clock->jump.from = (wall_ms - by_ms) / 1000;
	clock->jump.to = wall_ms / 1000;
	clock->has_jumped = true;
	clock->ahead_ms += by_ms;
}

void
clock_read(struct clock *clock, int64_t *now, int64_t *steady)
{
	int64_t wall_ms = clock->host->now_ms(clock->host->state);
	int64_t offset_ms = offset_of(clock, wall_ms);
	int64_t by_ms = offset_ms - clock->offset_ms;

	/* whole seconds, so that the two clocks differ by as many */
	if (llabs(by_ms) > CLOCK_JUMP_SECONDS * INT64_C(1000))
		note_jump(clock, wall_ms, by_ms / 1000 * 1000);
	clock->offset_ms = offset_ms;
	*now = wall_ms / 1000;
	*steady = (wall_ms - clock->ahead_ms) / 1000;
}

bool
clock_is_due(struct clock *clock, struct clock_jump *jump)
{
	int64_t drift_ms = llabs(clock->offset_ms - clock->kept_ms);

	if (clock->is_kept && !clock->has_jumped &&
	    drift_ms <= CLOCK_DRIFT_SECONDS * INT64_C(1000))
		return false;
	*jump = clock->has_jumped ? clock->jump : (struct clock_jump){0, 0};
	clock->has_jumped = false;
	clock->is_kept = true;
	clock->kept_ms = clock->offset_ms;
	return true;
}
