/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/deadline.h"

#include <limits.h>
#include <poll.h>
#include <time.h>

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline
deadline_in(int64_t ms)
{
	return (struct deadline){monotonic_ms() + ms};
}

struct deadline
deadline_never(void)
{
	return (struct deadline){INT64_MAX};
}

int
deadline_left(const struct deadline *deadline)
{
	int64_t left = deadline->at_ms - monotonic_ms();

	if (left <= 0)
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

enum err
deadline_wait(const struct deadline *deadline, int fd, short events)
{
	struct pollfd wanted = {.fd = fd, .events = events};

	for (;;) {
		int left = deadline_left(deadline);
		int ready = poll(&wanted, 1, left);

		if (ready > 0)
			return OK;
		if (left == 0)
			return ERR_TIMEOUT;
	}
}
