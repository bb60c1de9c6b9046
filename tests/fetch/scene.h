/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_FETCH_SCENE_H
#define TESTS_FETCH_SCENE_H

/* The agent's side of fetching, the real fetcher, and provider.py. */

#include "jwt-agent/server/fetching.h"

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/types.h>

/* As provider.py prints them. */
enum port {
	PLAIN,
	TLS,
	WRONG_HOST,
	EXPIRED,
	OLD_TLS,
	MUTE,
	PORTS
};

struct scene {
	char folder[64]; /* that everybody may read */
	pid_t provider;
	int provider_input;
	int ports[PORTS];
	sd_event *loop;
	struct fetching *fetching;
};

/* All zero before. Cleared by result_clear(). */
struct result {
	int calls;
	json_t *jwks;
	char *url;
	char *problem;
	int64_t max_age;
	bool no_cache;
};

void result_clear(struct result *result);

/* For group setup and teardown; the state is a struct scene. */
int scene_new(void **state);
int scene_free(void **state);

/* Where the real one is. */
void scene_program(char path[PATH_MAX]);

/* `program` NULL: the real one. The one before is freed. */
void scene_fetching(struct scene *scene, const char *program);

/* A script in the scene's folder, as a fetcher. */
void scene_script(struct scene *scene, const char *name, const char *text);

/* http://127.0.0.1:PORT/path, or https://localhost:PORT/path. */
const char *scene_url(const struct scene *scene, enum port port,
    const char *path, char url[PATH_MAX]);

const char *
scene_path(const struct scene *scene, const char *name, char path[PATH_MAX]);

void scene_start(struct scene *scene, const struct fetch_request *request,
    struct result *result);

/* The same where it may be refused at once. */
enum err scene_try(struct scene *scene, const struct fetch_request *request,
    struct result *result);

/* Until so many of the results have been called. */
void
scene_wait(struct scene *scene, const struct result *results, size_t count);

/* One fetch from its start to its end. */
void scene_fetch(struct scene *scene, const struct fetch_request *request,
    struct result *result);

/* Children of this process other than the provider, zombies too. */
size_t scene_fetchers(const struct scene *scene, pid_t *pids, size_t max);

#endif
