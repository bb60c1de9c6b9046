/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_FDSTORE_H
#define JWT_AGENT_SERVER_FDSTORE_H

/*
 * systemd's store of file descriptors (sd_notify(3), FDSTORE=1): the pidfds
 * of session leaders outlive the agent there, under the name
 * session-SESSION. Without systemd, or with FileDescriptorStoreMax=0,
 * nothing happens and sessions are taken up by pid and start time.
 *
 * What systemd hands over at a start begins with descriptor 3; the listening
 * socket is whatever has not such a name.
 */

#include "base/err.h"
#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>

/* One descriptor that was kept; owned by the list. */
struct kept {
	char session[ID_SIZE + 1]; /* "" when the name is not a session's id */
	int fd;
};

struct fdstore {
	struct kept *kept;
	size_t count;
	int socket; /* that was passed to listen on; -1: none; -2: several */
};

#define FDSTORE_NO_SOCKET (-1)
#define FDSTORE_SOCKETS (-2)

/* Takes everything that systemd has passed, and sets close-on-exec. Nothing
 * is passed a second time. ERR_NO_MEMORY. */
MUST_USE enum err fdstore_open(struct fdstore *out);

/* Removes from systemd's store what nobody has taken. */
void fdstore_drop_rest(const struct fdstore *store);

/* Closes it. */
void fdstore_clear(struct fdstore *store);

/* The descriptor that was kept for this session, which is the caller's from
 * now on; -1 when there is none. Further ones are closed. */
int fdstore_take(struct fdstore *store, const char *session);

/* Asks systemd to keep a pidfd, and to let go of it. */
void fdstore_keep(const char *session, int pidfd);
void fdstore_drop(const char *session);

#endif
