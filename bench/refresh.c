/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Durable refresh rotations by many clients at once, against those of one:
 * what the shared commit of a turn is worth. The agent runs already, with
 * max_devices = 0.
 * Usage: bench/refresh SOCKET USER [CLIENTS [ROTATIONS]]
 */

#include "varlink/client.h"
#include "varlink/device.h"
#include "varlink/token.h"

#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define CLIENTS_PRESET 64
#define ROTATIONS_PRESET 200
#define TIMEOUT_MS 120000

struct bench {
	const char *socket;
	uid_t owner; /* of the socket */
	const char *user;
	int clients;
	int rotations;
};

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum err
enroll(struct client *client, const struct bench *bench, struct secret **token)
{
	static char name[] = "bench";
	struct enroll_request request = {
	    .user = (char *)(uintptr_t)bench->user, .name = name};
	auto_clear(enroll_reply) struct enroll_reply reply = {0};
	struct client_call call = {
	    .method = "io.jwtagent.Device.Enroll",
	    .request_fields = enroll_request_fields(),
	    .request = &request,
	    .fd = -1,
	    .reply_fields = enroll_reply_fields(),
	    .reply = &reply,
	};
	enum err e = client_call(client, &call);

	if (e == OK)
		*token = TAKE(reply.refresh_token);
	return e;
}

static enum err
rotate(struct client *client, struct secret **token)
{
	struct refresh_request request = {.token = *token};
	auto_clear(refresh_reply) struct refresh_reply reply = {0};
	struct client_call call = {
	    .method = "io.jwtagent.Token.Refresh",
	    .request_fields = refresh_request_fields(),
	    .request = &request,
	    .fd = -1,
	    .reply_fields = refresh_reply_fields(),
	    .reply = &reply,
	};
	enum err e = client_call(client, &call);

	if (e != OK)
		return e;
	secret_free(*token);
	*token = TAKE(reply.refresh_token);
	return OK;
}

static enum err
run_client(const struct bench *bench, volatile int *ready, volatile int *go)
{
	struct client_options options = {
	    .path = bench->socket,
	    .timeout_ms = TIMEOUT_MS,
	    .server_uid = bench->owner,
	    .own_uid = bench->owner,
	};
	auto_free(client) struct client *client = NULL;
	auto_free(secret) struct secret *token = NULL;
	enum err e = client_new(&client, &options);

	if (e == OK)
		e = enroll(client, bench, &token);
	__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
	while (*go == 0)
		usleep(1000);
	for (int i = 0; i < bench->rotations && e == OK; i++) {
		client_renew(client);
		e = rotate(client, &token);
	}
	if (e != OK)
		warnx("%s", err_text(e));
	return e;
}

/* Rotations per second of so many clients. */
static double
measure(const struct bench *bench)
{
	volatile int *shared = mmap(NULL, 2 * sizeof(int),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double began;
	int status;

	for (int i = 0; i < bench->clients; i++)
		if (fork() == 0)
			_exit(run_client(bench, &shared[0], &shared[1]) != OK);
	while (shared[0] < bench->clients)
		usleep(1000);
	began = now();
	shared[1] = 1;
	for (int i = 0; i < bench->clients; i++)
		if (wait(&status) < 0 || status != 0)
			errx(1, "a client failed");
	return bench->clients * bench->rotations / (now() - began);
}

int
main(int argc, char **argv)
{
	struct bench bench = {.clients = 1, .rotations = ROTATIONS_PRESET};
	struct stat status;
	double one, many;

	if (argc < 3)
		errx(2, "usage: refresh SOCKET USER [CLIENTS [ROTATIONS]]");
	bench.socket = argv[1];
	if (stat(bench.socket, &status) != 0)
		err(1, "%s", bench.socket);
	bench.owner = status.st_uid;
	bench.user = argv[2];
	if (argc > 4)
		bench.rotations = atoi(argv[4]);
	one = measure(&bench);
	bench.clients = argc > 3 ? atoi(argv[3]) : CLIENTS_PRESET;
	many = measure(&bench);
	printf("1 client: %.0f rotations/s; %d clients: %.0f rotations/s; "
	       "ratio %.1f\n",
	    one, bench.clients, many, many / one);
	return 0;
}
