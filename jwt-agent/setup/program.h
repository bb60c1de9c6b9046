/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SETUP_PROGRAM_H
#define JWT_AGENT_SETUP_PROGRAM_H

/* A program of the system, run to its end. */

#include "base/secret.h"

/*
 * Runs argv[0], an absolute path, without our environment. It reads `input`
 * (NULL: nothing), neither of which touches a disk, and what it prints is in
 * `output` (NULL: nobody wants it), at most `max` bytes. ERR_NOT_FOUND when
 * there is no such program; ERR_IO when it failed or printed more;
 * ERR_NO_MEMORY.
 */
MUST_USE enum err program_run(const char *const *argv,
    const struct secret *input, size_t max, struct secret **output);

#endif
