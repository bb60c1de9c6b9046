/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into an agent: its wall clock is CLOCK_SHIFT seconds ahead of the
 * true one, every other clock is true. libfaketime would shift timers on the
 * monotonic clock as well.
 */

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

typedef int (*clock_function)(clockid_t clock, struct timespec *now);

static time_t
shift(void)
{
	const char *seconds = getenv("CLOCK_SHIFT");

	return seconds != NULL ? (time_t)strtoll(seconds, NULL, 10) : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	clock_function real = (clock_function)dlsym(RTLD_NEXT, "clock_gettime");
	int result = real(clock, now);

	if (result == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += shift();
	return result;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec precise;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
		return -1;
	now->tv_sec = precise.tv_sec;
	now->tv_usec = precise.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}
