/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_OUTBOX_H
#define VARLINK_OUTBOX_H

/* What goes out on a Varlink socket: messages wait here until the socket
 * takes them, and are wiped as they leave. */

#include "base/autofree.h"
#include "base/err.h"

#include <jansson.h>
#include <stddef.h>

/* A peer that does not read is closed when so much waits for it. */
#define OUTBOX_MAX (1024 * 1024)

struct outbox;

MUST_USE enum err outbox_new(struct outbox **out);
void outbox_free(struct outbox *outbox);
DEFINE_AUTO_FREE(outbox)

/* Appends one message. ERR_INTERNAL: it is larger than a message may be.
 * ERR_BUSY: OUTBOX_MAX is reached. */
MUST_USE enum err outbox_put(struct outbox *outbox, const json_t *message);

/* Bytes that wait. */
size_t outbox_size(const struct outbox *outbox);

/* Writes what the socket takes without blocking; `fd`, unless -1, travels
 * with the first byte. ERR_UNREACHABLE: the peer has gone. */
MUST_USE enum err outbox_flush(struct outbox *outbox, int socket, int fd);

#endif
