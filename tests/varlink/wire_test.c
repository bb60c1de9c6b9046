/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/connection.h"
#include "varlink/outbox.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct pair {
	int client;
	struct connection *server;
};

static int
set_up(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	pair->client = ends[0];
	assert_int_equal(connection_new(&pair->server, ends[1]), OK);
	*state = pair;
	return 0;
}

static int
tear_down(void **state)
{
	struct pair *pair = *state;

	close(pair->client);
	connection_free(pair->server);
	free(pair);
	return 0;
}

static void
send_bytes(struct pair *pair, const void *bytes, size_t size)
{
	assert_int_equal(
	    send(pair->client, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static enum err
next(struct pair *pair, struct call_message *call, struct field_error *error)
{
	while (connection_receive(pair->server) == INBOX_RECEIVED)
		;
	return connection_next(pair->server, call, error);
}

static void
expect_refusal(struct pair *pair, const void *bytes, size_t size,
    const char *member, const char *problem)
{
	auto_clear(call_message) struct call_message call = {0};
	struct field_error error = {"", ""};

	send_bytes(pair, bytes, size);
	assert_int_equal(next(pair, &call, &error), ERR_INVALID_MESSAGE);
	assert_string_equal(error.member, member);
	assert_string_equal(error.problem, problem);
	assert_false(connection_is_lost(pair->server));
}

static void
expect_call(struct pair *pair, const char *method)
{
	auto_clear(call_message) struct call_message call = {0};
	struct field_error error = {"", ""};

	assert_int_equal(next(pair, &call, &error), OK);
	assert_string_equal(call.method, method);
}

#define TEXT(text) text, sizeof(text)

static void
broken_messages_are_named_and_the_next_one_is_read(void **state)
{
	struct pair *pair = *state;

	expect_refusal(pair, TEXT(""), "message", "is not JSON");
	expect_refusal(pair, TEXT("{\"method\":"), "message", "is not JSON");
	expect_refusal(pair, TEXT("[]"), "call_message", "is not an object");
	expect_refusal(pair, TEXT("{}"), "method", "is missing");
	expect_refusal(
	    pair, TEXT("{\"method\":1}"), "method", "is not a string");
	expect_refusal(pair, TEXT("{\"method\":\"a\",\"parameters\":[]}"),
	    "parameters", "is not an object");
	expect_refusal(pair, TEXT("{\"method\":\"a\",\"more\":\"true\"}"),
	    "more", "is not true or false");
	expect_refusal(pair, TEXT("{\"method\":\"a\",\"color\":1}"), "color",
	    "is unknown");
	expect_refusal(pair, TEXT("{\"method\":\"a\",\"method\":\"b\"}"),
	    "\"method\"", "stands twice in one object");
	expect_refusal(pair,
	    TEXT("{\"method\":\"a\",\"parameters\":{\"u\":1,\"u\":1}}"),
	    "\"u\"", "stands twice in one object");
	expect_refusal(
	    pair, TEXT("{\"method\":\"\xff\xfe\"}"), "message", "is not UTF-8");
	expect_refusal(
	    pair, TEXT("{\"method\":\"a\"} x"), "message", "is not JSON");
	send_bytes(pair, TEXT("{\"method\":\"still.here\"}"));
	expect_call(pair, "still.here");
}

static void
depth_is_bounded(void **state)
{
	static const char open[] = "{\"method\":\"a\",\"parameters\":{\"x\":";
	struct pair *pair = *state;
	char text[4096];
	size_t size = sizeof(open) - 1;

	memcpy(text, open, size);
	memset(text + size, '[', 2000);
	text[size + 2000] = '\0';
	expect_refusal(
	    pair, text, size + 2001, "message", "is nested too deeply");
	send_bytes(pair, TEXT("{\"method\":\"[[[[[[[[[[[[[[[[[[[[[[[\"}"));
	expect_call(pair, "[[[[[[[[[[[[[[[[[[[[[[[");
}

static void
a_message_may_come_byte_by_byte(void **state)
{
	static const char text[] = "{\"method\":\"slow.call\"}";
	struct pair *pair = *state;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		auto_clear(call_message) struct call_message call = {0};
		struct field_error error;

		send_bytes(pair, text + i, 1);
		assert_int_equal(next(pair, &call, &error), ERR_NOT_FOUND);
	}
	send_bytes(pair, "", 1);
	expect_call(pair, "slow.call");
}

static void
several_messages_may_come_at_once(void **state)
{
	struct pair *pair = *state;

	send_bytes(pair, TEXT("{\"method\":\"a.b\"}\0{\"method\":\"c.d\"}"));
	expect_call(pair, "a.b");
	expect_call(pair, "c.d");
}

static void
the_largest_message_passes_and_a_longer_one_is_lost(void **state)
{
	static const char open[] = "{\"method\":\"a\",\"parameters\":{\"x\":\"";
	struct pair *pair = *state;
	auto_clear(call_message) struct call_message call = {0};
	struct field_error error;
	char *text = malloc(MESSAGE_SIZE_MAX + 2);

	memset(text, 'y', MESSAGE_SIZE_MAX + 2);
	memcpy(text, open, sizeof(open) - 1);
	memcpy(text + MESSAGE_SIZE_MAX - 3, "\"}}", 4);
	send_bytes(pair, text, MESSAGE_SIZE_MAX + 1);
	expect_call(pair, "a");
	memset(text, 'y', MESSAGE_SIZE_MAX + 2);
	send_bytes(pair, text, MESSAGE_SIZE_MAX + 2);
	assert_int_equal(next(pair, &call, &error), ERR_INVALID_MESSAGE);
	assert_string_equal(error.problem, "is longer than 65536 bytes");
	assert_true(connection_is_lost(pair->server));
	free(text);
}

static void
send_fds(struct pair *pair, size_t count)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int) * 8)] = {0};
	struct iovec part = {(void *)(uintptr_t) "x", 1};
	struct msghdr header = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = space,
	    .msg_controllen = CMSG_SPACE(sizeof(int) * count)};
	struct cmsghdr *control = CMSG_FIRSTHDR(&header);
	int *fds = (int *)(void *)CMSG_DATA(control);

	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(int) * count);
	for (size_t i = 0; i < count; i++)
		fds[i] = STDERR_FILENO;
	assert_int_equal(sendmsg(pair->client, &header, 0), 1);
}

static void
descriptors_are_kept_up_to_the_bound(void **state)
{
	struct pair *pair = *state;
	int fd, taken = 0;

	send_fds(pair, 3);
	send_fds(pair, 3);
	while (connection_receive(pair->server) == INBOX_RECEIVED)
		;
	while ((fd = connection_take_fd(pair->server)) >= 0) {
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		close(fd);
		taken++;
	}
	assert_int_equal(taken, INBOX_FDS_MAX);
}

static void
a_peer_that_goes_is_noticed(void **state)
{
	struct pair *pair = *state;

	shutdown(pair->client, SHUT_RDWR);
	assert_int_equal(connection_receive(pair->server), INBOX_CLOSED);
}

static void
a_reader_that_does_not_read_is_bounded(void **state)
{
	struct pair *pair = *state;
	auto_json json_t *message = json_pack("{s:s}", "x",
	    "0123456789012345678901234567890123456789012345678901234567890123");
	enum err e = OK;
	int puts = 0;

	for (; e == OK && puts < 100000; puts++)
		e = connection_put(pair->server, message);
	assert_int_equal(e, ERR_BUSY);
	assert_true(connection_waiting(pair->server) <= OUTBOX_MAX);
}

static void
the_caller_is_who_the_kernel_says(void **state)
{
	struct pair *pair = *state;
	const struct caller *caller = connection_caller(pair->server);

	assert_int_equal(caller->uid, geteuid());
	assert_int_equal(caller->pid, getpid());
	assert_true(caller_in_group(caller, getegid()));
	assert_false(caller_in_group(caller, (gid_t)-2));
}

static void
who_cannot_be_known_is_nobody(void **state)
{
	struct caller caller = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(caller_read(ends[0], &caller), ERR_PERMISSION_DENIED);
	close(ends[0]);
	close(ends[1]);
}

static void
the_callers_command_is_made_printable(void **state)
{
	struct caller caller = {.pid = getpid()};
	char before[CALLER_COMMAND_SIZE];
	int ends[2];

	(void)state;
	assert_int_equal(prctl(PR_GET_NAME, before), 0);
	assert_int_equal(prctl(PR_SET_NAME, "a\x1b[1m\nb \xc3\xa9 long"), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	caller_read_command(ends[0], &caller);
	assert_string_equal(caller.command, "a?[1m");
	assert_int_equal(prctl(PR_SET_NAME, "b \xc3\xa9 is long and cut"), 0);
	caller_read_command(ends[0], &caller);
	assert_string_equal(caller.command, "b ?? is long an");
	assert_int_equal(prctl(PR_SET_NAME, before), 0);
	close(ends[0]);
	close(ends[1]);
}

/* Nobody else's name is taken for that of a process that has gone. */
static void
a_caller_that_has_gone_has_no_command(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(sa_family_t);
	struct caller caller = {0};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), accepted;
	pid_t child;

	(void)state;
	/* the kernel chooses an abstract name */
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	size = sizeof(address);
	assert_int_equal(
	    getsockname(listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(listen(listener, 1), 0);
	child = fork();
	if (child == 0)
		_exit(connect(socket(AF_UNIX, SOCK_STREAM, 0),
		    (struct sockaddr *)&address, size));
	assert_int_equal(waitpid(child, NULL, 0), child);
	accepted = accept(listener, NULL, NULL);
	assert_int_equal(caller_read(accepted, &caller), OK);
	assert_int_equal(caller.pid, child);
	caller_read_command(accepted, &caller);
	assert_string_equal(caller.command, "");
	caller_clear(&caller);
	close(accepted);
	close(listener);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(broken_messages_are_named_and_the_next_one_is_read),
	    T(depth_is_bounded),
	    T(a_message_may_come_byte_by_byte),
	    T(several_messages_may_come_at_once),
	    T(the_largest_message_passes_and_a_longer_one_is_lost),
	    T(descriptors_are_kept_up_to_the_bound),
	    T(a_peer_that_goes_is_noticed),
	    T(a_reader_that_does_not_read_is_bounded),
	    T(the_caller_is_who_the_kernel_says),
	    T(who_cannot_be_known_is_nobody),
	    T(the_callers_command_is_made_printable),
	    T(a_caller_that_has_gone_has_no_command),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
