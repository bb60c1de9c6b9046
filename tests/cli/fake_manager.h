/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_CLI_FAKE_MANAGER_H
#define TESTS_CLI_FAKE_MANAGER_H

/*
 * A process that is a system bus with systemd on it, as far as somebody asks
 * for units, one connection after the other.
 */

#include <stdint.h>
#include <sys/types.h>

#define FAKE_UNITS_MAX 4

/* A unit that is not in the list is loaded, enabled and running. */
struct fake_unit {
	const char *name; /* NULL ends the list */
	const char *load, *active, *sub, *file, *result;
	uint32_t restarts;
};

/* Serves until it is ended, or its parent ends. */
pid_t fake_manager_start(const char *path, const struct fake_unit *units);
void fake_manager_stop(pid_t process);

#endif
