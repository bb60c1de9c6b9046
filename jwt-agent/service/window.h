/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_WINDOW_H
#define JWT_AGENT_SERVICE_WINDOW_H

/*
 * How many events there were in the last so many seconds, in a fixed room: the
 * time is cut into WINDOW_BUCKETS, so that an event counts for the window's
 * length or up to a bucket less. Times are milliseconds of a clock that is
 * never set; one that goes back all the same begins anew.
 */

#include <stdint.h>

#define WINDOW_BUCKETS 60

struct window {
	int64_t width; /* of a bucket */
	int64_t last;  /* the number of the newest bucket */
	int64_t counts[WINDOW_BUCKETS];
};

/* Empty. `seconds` is at least 1. */
void window_begin(struct window *window, int64_t seconds);

void window_add(struct window *window, int64_t now_ms, int64_t count);

int64_t window_sum(struct window *window, int64_t now_ms);

#endif
