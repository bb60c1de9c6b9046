/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/outbox.h"

#include "varlink/inbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct outbox {
	char *data;
	size_t capacity;
	size_t used;
	size_t sent;
};

enum err
outbox_new(struct outbox **out)
{
	*out = calloc(1, sizeof(**out));
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

static void
wipe(struct outbox *outbox)
{
	if (outbox->data != NULL)
		explicit_bzero(outbox->data, outbox->capacity);
	free(outbox->data);
	outbox->data = NULL;
	outbox->capacity = outbox->used = outbox->sent = 0;
}

void
outbox_free(struct outbox *outbox)
{
	if (outbox == NULL)
		return;
	wipe(outbox);
	free(outbox);
}

/* Makes room for `size` more bytes, in a fresh block so that nothing is left
 * behind unwiped. */
static enum err
make_room(struct outbox *outbox, size_t size)
{
	size_t waiting = outbox->used - outbox->sent;
	size_t capacity = (waiting + size) * 2;
	char *data;

	if (outbox->capacity - outbox->used >= size)
		return OK;
	data = malloc(capacity);
	if (data == NULL)
		return ERR_NO_MEMORY;
	if (waiting > 0)
		memcpy(data, outbox->data + outbox->sent, waiting);
	wipe(outbox);
	outbox->data = data;
	outbox->capacity = capacity;
	outbox->used = waiting;
	return OK;
}

enum err
outbox_put(struct outbox *outbox, const json_t *message)
{
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t size = json_dumpb(message, NULL, 0, flags);
	enum err e;

	if (size == 0 || size > MESSAGE_SIZE_MAX)
		return ERR_INTERNAL;
	if (outbox_size(outbox) + size + 1 > OUTBOX_MAX)
		return ERR_BUSY;
	e = make_room(outbox, size + 1);
	if (e != OK)
		return e;
	/* allocates as well, and says by its answer when it could not */
	if (json_dumpb(message, outbox->data + outbox->used, size, flags) !=
	    size)
		return ERR_NO_MEMORY;
	outbox->data[outbox->used + size] = '\0';
	outbox->used += size + 1;
	return OK;
}

size_t
outbox_size(const struct outbox *outbox)
{
	return outbox->used - outbox->sent;
}

static void
attach_fd(struct msghdr *header, char *space, size_t size, int fd)
{
	struct cmsghdr *control;

	header->msg_control = space;
	header->msg_controllen = size;
	control = CMSG_FIRSTHDR(header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
}

static ssize_t
send_some(struct outbox *outbox, int socket, int fd)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {
	    outbox->data + outbox->sent, outbox->used - outbox->sent};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	if (fd >= 0)
		attach_fd(&header, space, sizeof(space), fd);
	return sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

enum err
outbox_flush(struct outbox *outbox, int socket, int fd)
{
	while (outbox_size(outbox) > 0) {
		ssize_t sent = send_some(outbox, socket, fd);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? OK : ERR_UNREACHABLE;
		outbox->sent += (size_t)sent;
		fd = -1;
	}
	wipe(outbox);
	return OK;
}
