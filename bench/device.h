/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_DEVICE_H
#define BENCH_DEVICE_H

/* A client of the agent that is measured, and a device to measure with. */

#include "varlink/client.h"
#include "varlink/device.h"

/* Whoever owns the socket may serve it. Errors of client_new(). */
MUST_USE enum err device_connect(struct client **out, const char *socket);

/* `reply` is all zero before; errors of client_call(). */
MUST_USE enum err device_enroll(
    struct client *client, const char *user, struct enroll_reply *reply);

#endif
