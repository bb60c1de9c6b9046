/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/fetch/scene.h"

#include "tests/base/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define FETCHER "jwt-agent/fetch/jwt-agent-fetcher"
#define PROVIDER "tests/fetch/provider.py"
#define STEP_US UINT64_C(100000)
#define STEPS_MAX 300

static const char *
top(const char *variable)
{
	return getenv(variable) != NULL ? getenv(variable) : ".";
}

void
result_clear(struct result *result)
{
	json_decref(result->jwks);
	free(result->url);
	free(result->problem);
	*result = (struct result){0};
}

/* The provider's end of file is the closing of our end. */
static void
run_provider(const struct scene *scene, int input, int output)
{
	char script[PATH_MAX];

	snprintf(script, sizeof(script), "%s/" PROVIDER, top("srcdir"));
	dup2(input, 0);
	dup2(output, 1);
	execl("/usr/bin/python3", "python3", "-Wignore", script, scene->folder,
	    NULL);
	_exit(127);
}

static void
read_ports(struct scene *scene, int fd)
{
	FILE *file = fdopen(fd, "r");

	assert_non_null(file);
	for (int i = 0; i < PORTS; i++)
		assert_int_equal(fscanf(file, "%d", &scene->ports[i]), 1);
	fclose(file);
}

static void
start_provider(struct scene *scene)
{
	int input[2], output[2];

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	scene->provider = fork();
	assert_true(scene->provider >= 0);
	if (scene->provider == 0)
		run_provider(scene, input[0], output[1]);
	close(input[0]);
	close(output[1]);
	scene->provider_input = input[1];
	read_ports(scene, output[0]);
}

int
scene_new(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	snprintf(scene->folder, sizeof(scene->folder), "/tmp/jwt-agent-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	assert_int_equal(chmod(scene->folder, 0755), 0);
	start_provider(scene);
	assert_true(sd_event_new(&scene->loop) >= 0);
	scene_fetching(scene, NULL);
	*state = scene;
	return 0;
}

int
scene_free(void **state)
{
	struct scene *scene = *state;

	fetching_free(scene->fetching);
	sd_event_unref(scene->loop);
	close(scene->provider_input);
	waitpid(scene->provider, NULL, 0);
	tree_remove(scene->folder);
	free(scene);
	return 0;
}

void
scene_program(char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/" FETCHER, top("abs_top_builddir"));
}

void
scene_fetching(struct scene *scene, const char *program)
{
	char path[PATH_MAX];

	scene_program(path);
	fetching_free(TAKE(scene->fetching));
	assert_int_equal(fetching_new(&scene->fetching, scene->loop,
			     program != NULL ? program : path),
	    OK);
}

void
scene_script(struct scene *scene, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file = fopen(scene_path(scene, name, path), "we");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	fclose(file);
	assert_int_equal(chmod(path, 0755), 0);
	scene_fetching(scene, path);
}

const char *
scene_url(const struct scene *scene, enum port port, const char *path,
    char url[PATH_MAX])
{
	snprintf(url, PATH_MAX, "%s:%d%s",
	    port == PLAIN ? "http://127.0.0.1" : "https://localhost",
	    scene->ports[port], path);
	return url;
}

const char *
scene_path(const struct scene *scene, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", scene->folder, name);
	return path;
}

static void
keep(const struct fetch_reply *reply, void *context)
{
	struct result *result = context;

	result->calls++;
	if (result->calls > 1)
		return;
	assert_true((reply->jwks == NULL) == (reply->problem != NULL));
	result->jwks = json_incref(reply->jwks);
	result->url = reply->url != NULL ? strdup(reply->url) : NULL;
	result->problem =
	    reply->problem != NULL ? strdup(reply->problem) : NULL;
	result->max_age = reply->max_age;
	result->no_cache = reply->no_cache;
}

enum err
scene_try(struct scene *scene, const struct fetch_request *request,
    struct result *result)
{
	return fetching_start(scene->fetching, request, keep, result);
}

void
scene_start(struct scene *scene, const struct fetch_request *request,
    struct result *result)
{
	assert_int_equal(scene_try(scene, request, result), OK);
	assert_int_equal(result->calls, 0);
}

static size_t
called(const struct result *results, size_t count)
{
	size_t calls = 0;

	for (size_t i = 0; i < count; i++)
		calls += results[i].calls > 0;
	return calls;
}

void
scene_wait(struct scene *scene, const struct result *results, size_t count)
{
	int step = 0;

	while (called(results, count) < count) {
		int ran = sd_event_run(scene->loop, STEP_US);

		assert_true(ran >= 0);
		step += ran == 0;
		assert_true(step < STEPS_MAX);
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(results[i].calls, 1);
}

void
scene_fetch(struct scene *scene, const struct fetch_request *request,
    struct result *result)
{
	scene_start(scene, request, result);
	scene_wait(scene, result, 1);
}

size_t
scene_fetchers(const struct scene *scene, pid_t *pids, size_t max)
{
	char path[64];
	size_t count = 0;
	int pid;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	assert_non_null(file);
	while (fscanf(file, "%d", &pid) == 1)
		if (pid != scene->provider && count < max)
			pids[count++] = pid;
	fclose(file);
	return count;
}
