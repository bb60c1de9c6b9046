/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_CONFINEMENT_H
#define JWT_AGENT_FETCH_CONFINEMENT_H

/* What this process gives up before it hears a byte from anyone. */

#include "jwt-agent/fetch/problem.h"

#define CONFINEMENT_NOBODY 65534
#define CONFINEMENT_MEMORY ((size_t)256 << 20) /* beyond what is mapped */
#define CONFINEMENT_FILES 64

/*
 * All privileges: root becomes nobody, no capability stays, none can be
 * gained. No core, no debugger, bounded memory and descriptors; it ends with
 * its parent, and after `seconds` in any case. ERR_KEYS_UNAVAILABLE when
 * something could not be given up: then nothing may be fetched.
 */
MUST_USE enum err confine(unsigned int seconds, struct problem *problem);

#endif
