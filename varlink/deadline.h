/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_DEADLINE_H
#define VARLINK_DEADLINE_H

/* A point on the monotonic clock, so that a clock that is set does not
 * lengthen or shorten a wait. */

#include "base/err.h"

#include <stdint.h>

struct deadline {
	int64_t at_ms;
};

struct deadline deadline_in(int64_t ms);

/* It never passes. */
struct deadline deadline_never(void);

/* Milliseconds that are left; 0 when it has passed. */
int deadline_left(const struct deadline *deadline);

/* Waits for poll(2) events on a descriptor. OK or ERR_TIMEOUT. */
enum err deadline_wait(const struct deadline *deadline, int fd, short events);

#endif
