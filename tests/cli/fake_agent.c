/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/cli/fake_agent.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define MESSAGE_MAX (64 * 1024)

json_t *
fake_reply(json_t *parameters)
{
	return json_pack("[{so}]", "parameters", parameters);
}

json_t *
fake_refusal(const char *error, const char *message)
{
	return json_pack(
	    "[{ss s{ss*}}]", "error", error, "parameters", "message", message);
}

static json_t *
receive(int fd)
{
	static char text[MESSAGE_MAX];
	size_t size = 0;

	while (size < sizeof(text)) {
		ssize_t got = read(fd, text + size, sizeof(text) - size);

		if (got <= 0)
			return NULL;
		size += (size_t)got;
		if (text[size - 1] == '\0')
			return json_loads(text, 0, NULL);
	}
	return NULL;
}

static void
send_all(int fd, const json_t *messages)
{
	const json_t *message;
	size_t at;

	json_array_foreach (messages, at, message) {
		char *text = json_dumps(message, JSON_COMPACT);

		send(fd, text, strlen(text) + 1, MSG_NOSIGNAL);
		free(text);
	}
}

static void
serve(int fd, fake_answer answer, void *state)
{
	json_t *call;

	while ((call = receive(fd)) != NULL) {
		json_t *messages =
		    answer(json_string_value(json_object_get(call, "method")),
			json_object_get(call, "parameters"), state);

		json_decref(call);
		if (messages == NULL)
			return;
		send_all(fd, messages);
		json_decref(messages);
	}
}

_Noreturn static void
run(int listener, fake_answer answer, void *state)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		serve(fd, answer, state);
		close(fd);
	}
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 128), 0);
	return listener;
}

void
fake_agent_start(struct fake_agent *agent, fake_answer answer, void *state)
{
	char path[PATH_MAX], text[PATH_MAX + 64];
	int listener;

	folder_new(&agent->folder);
	folder_path(&agent->folder, "socket", path);
	snprintf(text, sizeof(text), "[agent]\nsocket = %s\n", path);
	folder_write(&agent->folder, "jwt-agent.conf", text, 0644);
	folder_path(&agent->folder, "jwt-agent.conf", agent->config);
	listener = listen_at(path);
	agent->process = fork();
	assert_true(agent->process >= 0);
	if (agent->process == 0)
		run(listener, answer, state);
	close(listener);
}

void
fake_agent_stop(struct fake_agent *agent)
{
	if (agent->process <= 0)
		return;
	kill(agent->process, SIGKILL);
	waitpid(agent->process, NULL, 0);
	agent->process = 0;
}

void
fake_agent_clear(struct fake_agent *agent)
{
	fake_agent_stop(agent);
	folder_clear(&agent->folder);
}
