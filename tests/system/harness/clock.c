/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into an agent. CLOCK_SHIFT: so many seconds have passed, as if the
 * machine had slept: the wall clock and the time since boot are ahead of the
 * true ones. CLOCK_FILE: a file of two numbers of milliseconds, by which
 * the wall clock alone and both of them are ahead, for a test to write while
 * the agent runs.
 * CLOCK_FILE, too, may be set by the compiler, for those who come without an
 * environment.
 * Every other clock is true: libfaketime would shift timers on the monotonic
 * clock as well.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifndef CLOCK_FILE
#define CLOCK_FILE NULL
#endif

struct moving {
	int64_t jumped;
	int64_t passed;
};

typedef int (*clock_function)(clockid_t clock, struct timespec *now);

static clock_function real;
static time_t passed;
static const volatile struct moving *moving;

__attribute__((constructor)) static void
begin(void)
{
	const char *seconds = getenv("CLOCK_SHIFT");
	const char *path = getenv("CLOCK_FILE");
	int fd;

	if (path == NULL)
		path = CLOCK_FILE;
	fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	real = (clock_function)dlsym(RTLD_NEXT, "clock_gettime");
	if (seconds != NULL)
		passed = (time_t)strtoll(seconds, NULL, 10);
	if (fd < 0)
		return;
	moving = mmap(NULL, sizeof(*moving), PROT_READ, MAP_SHARED, fd, 0);
	if (moving == MAP_FAILED)
		abort();
	close(fd);
}

static void
add(struct timespec *now, int64_t milliseconds)
{
	int64_t sum = now->tv_nsec / 1000000 + milliseconds;
	int64_t seconds = sum / 1000 - (sum % 1000 < 0);

	now->tv_sec += seconds;
	now->tv_nsec =
	    now->tv_nsec % 1000000 + (sum - seconds * 1000) * 1000000;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result;

	if (real == NULL) /* some constructor came first */
		begin();
	result = real(clock, now);
	if (result != 0)
		return result;
	if (clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME)
		return 0;
	now->tv_sec += passed;
	if (moving != NULL)
		add(now, moving->passed);
	if (moving != NULL && clock == CLOCK_REALTIME)
		add(now, moving->jumped);
	return 0;
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
