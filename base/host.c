/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/host.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

static int64_t
system_now_ms(void *state)
{
	struct timespec now;

	(void)state;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum err
system_random(void *state, void *data, size_t size)
{
	uint8_t *bytes = data;

	(void)state;
	while (size > 0) {
		ssize_t got = getrandom(bytes, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_CRYPTO;
		bytes += got;
		size -= (size_t)got;
	}
	return OK;
}

const struct host host_system = {NULL, system_now_ms, system_random};
