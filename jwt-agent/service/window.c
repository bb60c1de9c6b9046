/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/window.h"

#include <string.h>

void
window_begin(struct window *window, int64_t seconds)
{
	*window = (struct window){.width = seconds * 1000 / WINDOW_BUCKETS};
}

/* Empties the buckets between the newest and the one of this time. */
static void
move_on(struct window *window, int64_t now_ms)
{
	int64_t bucket = now_ms / window->width;

	if (bucket < window->last || bucket - window->last >= WINDOW_BUCKETS) {
		memset(window->counts, 0, sizeof(window->counts));
		window->last = bucket;
	}
	while (window->last < bucket)
		window->counts[++window->last % WINDOW_BUCKETS] = 0;
}

void
window_add(struct window *window, int64_t now_ms, int64_t count)
{
	move_on(window, now_ms);
	window->counts[window->last % WINDOW_BUCKETS] += count;
}

int64_t
window_sum(struct window *window, int64_t now_ms)
{
	int64_t sum = 0;

	move_on(window, now_ms);
	for (int i = 0; i < WINDOW_BUCKETS; i++)
		sum += window->counts[i];
	return sum;
}
