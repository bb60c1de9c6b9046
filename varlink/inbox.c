/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/inbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define CAPACITY_START 4096
#define CAPACITY_MAX (MESSAGE_SIZE_MAX + 1)

struct inbox {
	char *data;
	size_t capacity;
	size_t used;	 /* bytes received */
	size_t scanned;	 /* of them, searched for a NUL already */
	size_t consumed; /* of them, given out by inbox_next() */
	int fds[INBOX_FDS_MAX];
	size_t fd_count;
};

enum err
inbox_new(struct inbox **out)
{
	auto_free(inbox) struct inbox *inbox = calloc(1, sizeof(*inbox));

	if (inbox == NULL)
		return ERR_NO_MEMORY;
	inbox->data = malloc(CAPACITY_START);
	if (inbox->data == NULL)
		return ERR_NO_MEMORY;
	inbox->capacity = CAPACITY_START;
	*out = TAKE(inbox);
	return OK;
}

void
inbox_free(struct inbox *inbox)
{
	if (inbox == NULL)
		return;
	while (inbox->fd_count > 0)
		close(inbox->fds[--inbox->fd_count]);
	if (inbox->data != NULL)
		explicit_bzero(inbox->data, inbox->capacity);
	free(inbox->data);
	free(inbox);
}

static void
drop_consumed(struct inbox *inbox)
{
	size_t kept = inbox->used - inbox->consumed;

	if (inbox->consumed == 0)
		return;
	memmove(inbox->data, inbox->data + inbox->consumed, kept);
	explicit_bzero(inbox->data + kept, inbox->consumed);
	inbox->used = kept;
	inbox->scanned = 0;
	inbox->consumed = 0;
}

/* Not realloc(): it would leave an unwiped copy behind. */
static void
make_room(struct inbox *inbox)
{
	size_t capacity = inbox->capacity * 2;
	char *data;

	if (inbox->used < inbox->capacity || inbox->capacity == CAPACITY_MAX)
		return;
	if (capacity > CAPACITY_MAX)
		capacity = CAPACITY_MAX;
	data = malloc(capacity);
	if (data == NULL)
		return;
	memcpy(data, inbox->data, inbox->used);
	explicit_bzero(inbox->data, inbox->capacity);
	free(inbox->data);
	inbox->data = data;
	inbox->capacity = capacity;
}

static void
keep_fd(struct inbox *inbox, int fd)
{
	if (inbox->fd_count < INBOX_FDS_MAX)
		inbox->fds[inbox->fd_count++] = fd;
	else
		close(fd);
}

static void
keep_fds(struct inbox *inbox, struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);

	for (; control != NULL; control = CMSG_NXTHDR(header, control)) {
		size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (control->cmsg_level != SOL_SOCKET ||
		    control->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(control) + i * sizeof(fd),
			    sizeof(fd));
			keep_fd(inbox, fd);
		}
	}
}

enum inbox_state
inbox_receive(struct inbox *inbox, int socket)
{
	_Alignas(
	    struct cmsghdr) char space[CMSG_SPACE(sizeof(int) * INBOX_FDS_MAX)];
	struct iovec part;
	struct msghdr header = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = space,
	    .msg_controllen = sizeof(space)};
	ssize_t got;

	drop_consumed(inbox);
	make_room(inbox);
	part.iov_base = inbox->data + inbox->used;
	part.iov_len = inbox->capacity - inbox->used;
	if (part.iov_len == 0)
		return INBOX_DRAINED;
	got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? INBOX_DRAINED
							 : INBOX_CLOSED;
	keep_fds(inbox, &header);
	inbox->used += (size_t)got;
	return got > 0 ? INBOX_RECEIVED : INBOX_CLOSED;
}

enum err
inbox_next(struct inbox *inbox, const char **message, size_t *size)
{
	char *start = inbox->data + inbox->consumed;
	size_t from =
	    inbox->scanned > inbox->consumed ? inbox->scanned : inbox->consumed;
	char *end = memchr(inbox->data + from, '\0', inbox->used - from);

	inbox->scanned = inbox->used;
	if (end == NULL)
		return inbox->used - inbox->consumed > MESSAGE_SIZE_MAX
		    ? ERR_INVALID_MESSAGE
		    : ERR_NOT_FOUND;
	*message = start;
	*size = (size_t)(end - start);
	inbox->consumed += *size + 1;
	inbox->scanned = inbox->consumed;
	return OK;
}

int
inbox_take_fd(struct inbox *inbox)
{
	int fd;

	if (inbox->fd_count == 0)
		return -1;
	fd = inbox->fds[0];
	inbox->fd_count--;
	memmove(inbox->fds, inbox->fds + 1, inbox->fd_count * sizeof(int));
	return fd;
}
