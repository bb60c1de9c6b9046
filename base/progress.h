/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

/*
 * How far something is that takes long. Whoever does it says so often; whom
 * it is said to decides what is worth showing.
 */

#include <stddef.h>
#include <stdint.h>

struct progress {
	/* `done` of at most `total`; 0: nobody knows of how much */
	void (*at)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/* Nothing happens when nobody wants to know: `progress` is NULL. */
static inline void
progress_at(const struct progress *progress, uint64_t done, uint64_t total)
{
	if (progress != NULL)
		progress->at(progress->context, done, total);
}

#endif
