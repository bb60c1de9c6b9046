/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Durable refresh rotations by many clients at once, against those of one:
 * what the shared commit of a turn is worth. The agent runs already, with
 * max_devices = 0.
 * Usage: bench/refresh SOCKET USER [CLIENTS [ROTATIONS]]
 */

#include "bench/clock.h"
#include "bench/device.h"
#include "varlink/token.h"

#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define CLIENTS_PRESET 64
#define ROTATIONS_PRESET 200

struct bench {
	const char *socket;
	const char *user;
	int clients;
	int rotations;
};

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
	auto_free(client) struct client *client = NULL;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	enum err e = device_connect(&client, bench->socket);

	if (e == OK)
		e = device_enroll(client, bench->user, &device);
	__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
	while (*go == 0)
		usleep(1000);
	for (int i = 0; i < bench->rotations && e == OK; i++) {
		client_renew(client);
		e = rotate(client, &device.refresh_token);
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
	began = clock_seconds(CLOCK_MONOTONIC);
	shared[1] = 1;
	for (int i = 0; i < bench->clients; i++)
		if (wait(&status) < 0 || status != 0)
			errx(1, "a client failed");
	return bench->clients * bench->rotations /
	    (clock_seconds(CLOCK_MONOTONIC) - began);
}

int
main(int argc, char **argv)
{
	struct bench bench = {.clients = 1, .rotations = ROTATIONS_PRESET};
	double one, many;

	if (argc < 3)
		errx(2, "usage: refresh SOCKET USER [CLIENTS [ROTATIONS]]");
	bench.socket = argv[1];
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
