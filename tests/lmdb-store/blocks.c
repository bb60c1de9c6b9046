/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lmdb-store/blocks.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static struct blocks own;
static struct blocks *shared;
static blocks_watcher watcher;
static void *watcher_context;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("BLOCKS_FILE");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (path == NULL)
		return;
	shared = mmap(
	    NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		abort();
	close(fd);
}

EXPORT struct blocks *
blocks(void)
{
	return shared != NULL ? shared : &own;
}

EXPORT void
blocks_watch(blocks_watcher new_watcher, void *context)
{
	watcher = new_watcher;
	watcher_context = context;
}

static bool
is_data(int fd)
{
	static const char name[] = "/data.mdb";
	char link[64], path[512];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path));
	return size >= (ssize_t)sizeof(name) - 1 &&
	    memcmp(path + size - (sizeof(name) - 1), name, sizeof(name) - 1) ==
	    0;
}

/* The errno with which this write point fails; 0: it passes. */
static int
fault_of(int fd)
{
	struct blocks *control = blocks();

	if (!is_data(fd))
		return 0;
	control->points++;
	if (control->stop == control->points)
		kill(getpid(), SIGKILL);
	if (control->points < control->from ||
	    (control->until != 0 && control->points > control->until))
		return 0;
	return (int)control->error;
}

static bool
is_done(int fault)
{
	return fault == 0 || blocks()->late != 0;
}

static ssize_t
result_of(int fault, ssize_t done)
{
	if (fault != 0)
		errno = fault;
	return fault == 0 ? done : -1;
}

static void
tell(int fd, enum block_kind kind, off_t offset, const void *data, ssize_t size)
{
	struct block block = {kind, (size_t)offset, (size_t)size, data};
	int saved = errno;

	if (watcher != NULL && size >= 0 && is_data(fd)) {
		if (kind == BLOCK_WRITE && (fcntl(fd, F_GETFL) & O_DSYNC) != 0)
			block.kind = BLOCK_THROUGH;
		watcher(&block, watcher_context);
	}
	errno = saved;
}

EXPORT ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
	int fault = fault_of(fd);
	ssize_t done =
	    is_done(fault) ? REAL(pwrite)(fd, data, size, offset) : -1;

	tell(fd, BLOCK_WRITE, offset, data, done);
	return result_of(fault, done);
}

/* Told as one write: a whole one, as no test cuts them short. */
EXPORT ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	off_t at = lseek(fd, 0, SEEK_CUR);
	int fault = fault_of(fd);
	ssize_t done = is_done(fault) ? REAL(writev)(fd, parts, count) : -1;

	for (int i = 0; i < count && done >= 0; i++) {
		tell(fd, BLOCK_WRITE, at, parts[i].iov_base,
		    (ssize_t)parts[i].iov_len);
		at += (off_t)parts[i].iov_len;
	}
	return result_of(fault, done);
}

EXPORT int
ftruncate(int fd, off_t size)
{
	int fault = fault_of(fd);
	int result = is_done(fault) ? REAL(ftruncate)(fd, size) : -1;

	tell(fd, BLOCK_SIZE, size, NULL, result);
	return (int)result_of(fault, result);
}

EXPORT int
fdatasync(int fd)
{
	int fault = fault_of(fd);
	int result = is_done(fault) ? REAL(fdatasync)(fd) : -1;

	tell(fd, BLOCK_SYNC, 0, NULL, result);
	return (int)result_of(fault, result);
}

EXPORT int
fsync(int fd)
{
	int fault = fault_of(fd);
	int result = is_done(fault) ? REAL(fsync)(fd) : -1;

	tell(fd, BLOCK_SYNC, 0, NULL, result);
	return (int)result_of(fault, result);
}
