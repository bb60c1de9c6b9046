/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/damage.h"

#include "lmdb-store/kv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SENTENCE                                                               \
	"jwt-agent: memory could not be read, maybe because the store's file " \
	"is damaged or cut short or its disk fails; the next start reads it "  \
	"all and says\n"

static const int signals[] = {SIGBUS, SIGSEGV, SIGABRT};
#define SIGNAL_COUNT (sizeof(signals) / sizeof(*signals))

/* A signal handler is given nothing else. */
static int watched = -1;
static struct sigaction before[SIGNAL_COUNT];

/* Then it happens again, under whoever handled it before. */
static void
on_signal(int number)
{
	int saved = errno;
	int mark;

	if (write(STDERR_FILENO, SENTENCE, sizeof(SENTENCE) - 1) < 0)
		errno = saved;
	mark = openat(watched, DAMAGE_MARK,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (mark >= 0)
		close(mark);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaction(signals[i], &before[i], NULL);
	if (number == SIGABRT)
		raise(number);
	errno = saved;
}

void
damage_watch(const char *path)
{
	struct sigaction action = {.sa_handler = on_signal};

	if (watched >= 0)
		return;
	watched = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (watched < 0)
		return;
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaction(signals[i], &action, &before[i]);
}

static void
read_and_exit(const char *path)
{
	const struct rlimit no_core = {0, 0};
	auto_free(kv) struct kv *kv = NULL;
	struct store_error why;
	enum err e;

	setrlimit(RLIMIT_CORE, &no_core);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		signal(signals[i], SIG_DFL);
	e = kv_open_reader(&kv, path, &why);
	if (e == OK)
		e = kv_read_all(kv);
	_exit(e == OK || e == ERR_NOT_FOUND ? 0 : 1);
}

static enum err
read_in_child(const char *path)
{
	pid_t child = fork();
	int status = 0;

	if (child < 0)
		return ERR_IO;
	if (child == 0)
		read_and_exit(path);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return ERR_IO;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0
	    ? OK
	    : ERR_STORE_DAMAGED;
}

static enum err
find_mark(const char *path, char **out)
{
	if (asprintf(out, "%s/" DAMAGE_MARK, path) < 0) {
		*out = NULL;
		return ERR_NO_MEMORY;
	}
	return access(*out, F_OK) == 0 ? OK : ERR_NOT_FOUND;
}

enum err
damage_check(const char *path, bool suspect, struct store_error *why)
{
	auto_str char *mark = NULL;
	enum err e = find_mark(path, &mark);
	bool marked = e == OK;

	if (e == ERR_NO_MEMORY)
		return store_refuse(why, e, "out of memory");
	if (!marked && !suspect)
		return OK;
	e = read_in_child(path);
	if (e == OK && marked)
		unlink(mark);
	if (e == OK)
		return OK;
	return store_refuse(why, e,
	    "the store %s is damaged, its file cannot be read to its end: "
	    "restore a backup, type: jwt-agent store restore FILE",
	    path);
}
