/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_HOST_H
#define BASE_HOST_H

/*
 * What a pure function may not fetch for itself: time and randomness. The
 * agent passes the real ones, tests pass a clock they set and a seed.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct host {
	void *state;
	/* wall clock, milliseconds since 1970 */
	int64_t (*now_ms)(void *state);
	/* fills the buffer from a cryptographic source */
	enum err (*random)(void *state, void *data, size_t size);
};

/* The real clock and getrandom(2). */
extern const struct host host_system;

/* Wall clock in seconds, the unit of every time claim (RFC 7519 NumericDate).
 */
static inline int64_t
host_now(const struct host *host)
{
	return host->now_ms(host->state) / 1000;
}

MUST_USE static inline enum err
host_random(const struct host *host, void *data, size_t size)
{
	return host->random(host->state, data, size);
}

#endif
