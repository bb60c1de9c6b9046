/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_INBOX_H
#define VARLINK_INBOX_H

/*
 * What comes in on a Varlink socket: bytes are collected until a NUL ends a
 * message; descriptors that travel along (SCM_RIGHTS) wait in their order
 * until a call takes them. Bytes are wiped when they have been used, since
 * they may be tokens.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stddef.h>

#define MESSAGE_SIZE_MAX (64 * 1024) /* bytes, without the NUL */
#define INBOX_FDS_MAX 4

struct inbox;

enum inbox_state {
	INBOX_RECEIVED, /* something came: look for messages */
	INBOX_DRAINED,	/* nothing there now */
	INBOX_CLOSED,	/* the peer has gone, or the socket failed */
};

MUST_USE enum err inbox_new(struct inbox **out);
void inbox_free(struct inbox *inbox);
DEFINE_AUTO_FREE(inbox)

/* Reads once from a non-blocking socket. Descriptors beyond INBOX_FDS_MAX are
 * closed. */
enum inbox_state inbox_receive(struct inbox *inbox, int socket);

/*
 * The next whole message, valid until the next inbox call. ERR_NOT_FOUND:
 * not there yet. ERR_INVALID_MESSAGE: longer than MESSAGE_SIZE_MAX, after
 * which the stream has no frame any more and must be closed.
 */
MUST_USE enum err
inbox_next(struct inbox *inbox, const char **message, size_t *size);

/* The oldest waiting descriptor, the caller's from now on; -1: none. */
int inbox_take_fd(struct inbox *inbox);

#endif
