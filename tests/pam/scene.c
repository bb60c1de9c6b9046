/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/scene.h"

#include "tests/base/tree.h"
#include "tests/pam/replace.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <link.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <security/pam_ext.h>

#define SKIPPED 77 /* Automake's exit code */
#define STAGE "SCENE_FOLDER"
#define TOKEN_START "eyJ"

/* The scene whose log lines the module writes: pam_syslog() has no other
 * way to it. */
static struct scene *current;

static void
check(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static const char *
module_path(void)
{
	const char *path = getenv("PAM_JWT_MODULE");

	return path != NULL ? path : PAM_JWT_MODULE;
}

static void
add_line(char **lines, const char *kind, const char *text)
{
	char *old = *lines;

	check(asprintf(lines, "%s%s%s\n", old, kind, text) >= 0, "asprintf");
	free(old);
}

/* The shipped module calls these of libpam; the program's come first. */
__attribute__((visibility("default"))) void
pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format,
    va_list arguments)
{
	char *text = NULL;

	(void)pamh;
	(void)priority;
	check(vasprintf(&text, format, arguments) >= 0, "vasprintf");
	if (current != NULL)
		add_line(&current->logged, "", text);
	free(text);
}

__attribute__((visibility("default"))) void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	pam_vsyslog(pamh, priority, format, arguments);
	va_end(arguments);
}

/* valgrind does not know the call before 3.20; a folder of /proc names a
 * process as well. */
__attribute__((visibility("default"))) int
pidfd_open(pid_t pid, unsigned int flags)
{
	long fd = syscall(SYS_pidfd_open, pid, flags);
	char path[64];

	if (fd >= 0 || errno != ENOSYS)
		return (int)fd;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	return open(path, O_DIRECTORY | O_CLOEXEC);
}

/* The wrapper's own modules stand beside it, in a folder of its name. */
static const char *
wrapper_modules(void)
{
	static char path[512];
	void *wrapper = dlopen("libpam_wrapper.so", RTLD_LAZY);
	struct link_map *map;

	if (wrapper == NULL) {
		puts("no libpam_wrapper.so: apt-get install libpam-wrapper");
		exit(SKIPPED);
	}
	check(dlinfo(wrapper, RTLD_DI_LINKMAP, &map) == 0, "dlinfo");
	snprintf(path, sizeof(path), "%.*s/pam_wrapper",
	    (int)(strrchr(map->l_name, '/') - map->l_name), map->l_name);
	dlclose(wrapper);
	return path;
}

static void
write_service(const char *folder, const struct service *service)
{
	char path[512], socket[512], jwt[1024];
	const struct replacement names[] = {
	    {"@JWT@", jwt},
	    {"@MODULE@", module_path()},
	    {"@SOCKET@", socket},
	    {"@WRAPPER@", wrapper_modules()},
	};
	FILE *file;

	snprintf(path, sizeof(path), "%s/pam.d/%s", folder, service->name);
	snprintf(socket, sizeof(socket), "%s/agent", folder);
	snprintf(jwt, sizeof(jwt), "%s socket=%s agent_user=%s", module_path(),
	    socket, getpwuid(geteuid())->pw_name);
	file = fopen(path, "w");
	check(file != NULL, path);
	replace_words(
	    file, service->text, names, sizeof(names) / sizeof(*names));
	check(fclose(file) == 0, path);
}

static void
remove_folder(void)
{
	tree_remove(getenv(STAGE));
}

/* Memory checkers want to come first and see through deep binding, which
 * pam_wrapper 1.1.4 documents how to avoid by one name and reads the other. */
static void
set_environment(const char *folder, const char *services)
{
	const char *asan = getenv("ASAN_OPTIONS");
	char options[512];

	snprintf(options, sizeof(options), "%s:verify_asan_link_order=0",
	    asan != NULL ? asan : "");
	setenv("ASAN_OPTIONS", options, 1);
	setenv("PAM_WRAPPER_DISABLE_DEEPBIND", "1", 1);
	setenv("UID_WRAPPER_DISABLE_DEEPBIND", "1", 1);
	setenv("PAM_WRAPPER", "1", 1);
	setenv("PAM_WRAPPER_SERVICE_DIR", services, 1);
	setenv("LD_PRELOAD", "libpam_wrapper.so", 1);
	setenv(STAGE, folder, 1);
}

void
scene_stage(char **argv, const struct service *services, size_t count)
{
	char folder[] = "/tmp/pam_jwt_test.XXXXXX";
	char path[512], program[512];
	ssize_t size;

	if (getenv(STAGE) != NULL) {
		atexit(remove_folder);
		return;
	}
	check(mkdtemp(folder) != NULL, folder);
	snprintf(path, sizeof(path), "%s/pam.d", folder);
	check(mkdir(path, 0700) == 0, path);
	for (size_t i = 0; i < count; i++)
		write_service(folder, &services[i]);
	set_environment(folder, path);
	/* not by the link itself: under valgrind that is valgrind */
	size = readlink("/proc/self/exe", program, sizeof(program) - 1);
	check(size > 0, "readlink");
	program[size] = '\0';
	execv(program, argv);
	check(false, program);
}

const char *
scene_socket(void)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/agent", getenv(STAGE));
	return path;
}

static int
reply(struct scene *scene, struct pam_response *response)
{
	const char *answer = scene->answers[scene->answered];

	if (scene->person == PERSON_GIVES_NO_TEXT)
		return PAM_SUCCESS;
	if (answer == NULL)
		return PAM_CONV_ERR;
	scene->answered++;
	response->resp = strdup(answer);
	return scene->person == PERSON_FAILS_ANYWAY ? PAM_CONV_ERR
						    : PAM_SUCCESS;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *state)
{
	static const char *const kinds[] = {[PAM_PROMPT_ECHO_OFF] = "ask: ",
	    [PAM_PROMPT_ECHO_ON] = "ask aloud: ",
	    [PAM_ERROR_MSG] = "error: ",
	    [PAM_TEXT_INFO] = "info: "};
	struct scene *scene = state;
	int style = messages[0]->msg_style;

	assert_int_equal(count, 1);
	add_line(&scene->shown, kinds[style], messages[0]->msg);
	*responses = NULL;
	if (scene->person == PERSON_FAILS)
		return PAM_CONV_ERR;
	if (scene->person == PERSON_SAYS_NOTHING)
		return PAM_SUCCESS;
	*responses = calloc(1, sizeof(**responses));
	if (*responses == NULL)
		return PAM_BUF_ERR;
	if (style == PAM_ERROR_MSG || style == PAM_TEXT_INFO)
		return PAM_SUCCESS;
	return reply(scene, *responses);
}

void
scene_begin_alone(struct scene *scene, const char *service)
{
	struct pam_conv conversation = {converse, scene};

	memset(scene, 0, sizeof(*scene));
	scene->shown = strdup("");
	scene->logged = strdup("");
	current = scene;
	assert_int_equal(
	    pam_start(service, SCENE_USER, &conversation, &scene->pamh),
	    PAM_SUCCESS);
}

void
scene_begin(struct scene *scene, const char *service)
{
	scene_begin_alone(scene, service);
	scene->agent = fake_agent_start(scene_socket(), geteuid());
}

void
scene_end(struct scene *scene)
{
	assert_int_equal(pam_end(scene->pamh, PAM_SUCCESS), PAM_SUCCESS);
	fake_agent_stop(scene->agent);
	assert_null(strstr(scene->logged, TOKEN_START));
	assert_null(strstr(scene->logged, "jr1_"));
	free(scene->shown);
	free(scene->logged);
	current = NULL;
}

void
scene_set_answers(struct scene *scene, const char *const *answers)
{
	scene->answered = 0;
	for (size_t i = 0; answers[i] != NULL; i++) {
		assert_true(i + 1 < SCENE_LINES_MAX);
		scene->answers[i] = answers[i];
		scene->answers[i + 1] = NULL;
	}
}

void
scene_assert_parameter(
    const struct scene *scene, size_t call, const char *name, const char *text)
{
	const char *line = fake_agent_call(scene->agent, call);
	json_t *json;
	const json_t *value;

	assert_non_null(line);
	json = json_loads(line, 0, NULL);
	value = json_object_get(json_object_get(json, "parameters"), name);
	if (text == NULL)
		assert_null(value);
	else
		assert_string_equal(json_string_value(value), text);
	json_decref(json);
}
