/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_UNIT_H
#define JWT_AGENT_CLI_UNIT_H

/*
 * What systemd says of a unit, org.freedesktop.systemd1(5): over its own
 * socket, which only root may use and which works without a bus, else over the
 * system bus.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stdint.h>
#include <systemd/sd-bus.h>

#define UNIT_TEXT_MAX 64

struct unit {
	char load[UNIT_TEXT_MAX];   /* loaded, masked, not-found */
	char active[UNIT_TEXT_MAX]; /* active, inactive, failed, ... */
	char sub[UNIT_TEXT_MAX];    /* running, listening, auto-restart, ... */
	char file[UNIT_TEXT_MAX];   /* enabled, disabled, static, ... */
	char result[UNIT_TEXT_MAX]; /* success, exit-code, ... */
	uint32_t restarts;	    /* by itself; of a service only */
};

/* ERR_UNREACHABLE when systemd does not run here or is not to be reached. */
MUST_USE enum err unit_connect(sd_bus **out);

/* ERR_UNREACHABLE when it does not answer. */
MUST_USE enum err unit_read(sd_bus *bus, const char *name, struct unit *out);

#endif
