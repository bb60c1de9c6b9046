/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_PAM_SCENE_H
#define TESTS_PAM_SCENE_H

/*
 * One PAM transaction in a test: the built pam_jwt.so under the real libpam,
 * which pam_wrapper(1) points at the test's own service files; a person with
 * prepared answers; and a fake agent.
 */

#include "tests/pam/fake_agent.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <security/pam_appl.h>

#define SCENE_LINES_MAX 48
#define SCENE_USER "daemon" /* on every Debian */

/* A file for PAM's directory. In its text @JWT@ stands for the module with
 * the arguments that lead to the fake agent, @MODULE@ for the module alone,
 * @SOCKET@ for the agent's socket, @WRAPPER@ for the folder of pam_wrapper's
 * modules. */
struct service {
	const char *name;
	const char *text;
};

/*
 * The first thing in main(): writes the services into a new folder and starts
 * the program again under pam_wrapper. Returns in the second run.
 */
void scene_stage(char **argv, const struct service *services, size_t count);

/* What the conversation does. */
enum person {
	PERSON_ANSWERS,
	PERSON_FAILS,	      /* PAM_CONV_ERR */
	PERSON_FAILS_ANYWAY,  /* an answer, and PAM_CONV_ERR */
	PERSON_SAYS_NOTHING,  /* PAM_SUCCESS, and no response at all */
	PERSON_GIVES_NO_TEXT, /* PAM_SUCCESS, and a response without text */
};

struct scene {
	pam_handle_t *pamh;
	struct fake_agent *agent;
	enum person person;
	const char *answers[SCENE_LINES_MAX];
	size_t answered;
	/* what was shown and asked, and what was logged, line by line */
	char *shown, *logged;
};

/* Starts a transaction for SCENE_USER with a good fake agent. */
void scene_begin(struct scene *scene, const char *service);

/* The same without any agent. */
void scene_begin_alone(struct scene *scene, const char *service);

/* Ends it, and checks that no token was logged. */
void scene_end(struct scene *scene);

/* The path of the fake agent's socket. */
const char *scene_socket(void);

#define scene_answers(scene, ...)                                              \
	scene_set_answers(scene, (const char *[]){__VA_ARGS__, NULL})
void scene_set_answers(struct scene *scene, const char *const *answers);

/* "error: ...", "ask: ..." and "info: ..." lines. */
#define assert_shown(scene, text) assert_string_equal((scene)->shown, text)
#define assert_logged(scene, text)                                             \
	assert_non_null(strstr((scene)->logged, text))
#define assert_not_asked(scene) assert_null(fake_agent_call((scene)->agent, 0))

/* Whether the call has a parameter of this text. */
void scene_assert_parameter(
    const struct scene *scene, size_t call, const char *name, const char *text);

#endif
