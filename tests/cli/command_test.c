/* SPDX-License-Identifier: BSD-3-Clause */
/* What every command asks, what it makes of the answer, how it ends. */
#include "tests/cli/command_run.h"
#include "tests/cli/fake_agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct fake_agent agent;
static struct command_run run;

static json_t *
device(const char *id)
{
	return json_pack("{ss ss si ss ss si si si si}", "device", id, "user",
	    "alice", "uid", 1000, "name", "lap\x1b[31mtop", "state", "active",
	    "created", 1700000000, "generation", 3, "refresh_expires",
	    1800000000, "sessions", 2);
}

/* The same with what only `device show` has. */
static json_t *
detail(const char *id)
{
	json_t *shown = device(id);

	json_object_set_new(shown, "history",
	    json_pack("[{ss ss ss si}]", "session", "S7", "service", "sshd",
		"state", "active", "created", 1700000000));
	json_object_set_new(shown, "oddities",
	    json_pack("[{si ss ss}]", "time", 1700000000, "event",
		"odd-network", "detail", "from a\x1b[31m"));
	return shown;
}

static json_t *
session(const char *id)
{
	return json_pack("{ss ss si ss ss ss ss si si si si}", "session", id,
	    "user", "alice", "uid", 1000, "device", "D1", "service", "sshd",
	    "state", "active", "rhost", "h.test", "created", 1700000000,
	    "activity", 1700000000, "expires", 1700000900, "idle", 3700);
}

/* A stream of one-member replies, ended by an empty one. */
static json_t *
stream(const char *name, json_t *first, json_t *second)
{
	return json_pack("[{s{so} sb} {s{so} sb} {s{}}]", "parameters", name,
	    first, "continues", 1, "parameters", name, second, "continues", 1,
	    "parameters");
}

static const char *
text_of(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text != NULL ? text : "";
}

static json_t *
enroll(const json_t *parameters)
{
	json_t *reply = json_pack("{ss ss ss ss si ss si}", "device", "D1",
	    "user", text_of(parameters, "user"), "name",
	    text_of(parameters, "name"), "access_token", "a.b.c",
	    "access_expires", 1700000900, "refresh_token", "jr1_x",
	    "refresh_expires", 1800000000);
	const json_t *claims = json_object_get(parameters, "claims");

	/* the test sees in the name what has arrived */
	if (claims != NULL) {
		char *text = json_dumps(claims, JSON_COMPACT);

		json_object_set_new(reply, "name", json_string(text));
		free(text);
	}
	return fake_reply(reply);
}

static json_t *
key_view(const char *kind, const char *key, const char *state, int until)
{
	return json_pack("{ss ss ss si si si}", "kind", kind, "key", key,
	    "state", state, "since", 1700000000, "until", until, "left",
	    until == 0 ? 7 : 0);
}

/* What has arrived as the new key stands in the name of the key. */
static json_t *
answer_key(const char *method, const json_t *parameters)
{
	const char *given = text_of(parameters, "new_key");

	if (strcmp(method, "List") == 0)
		return json_pack("[{s{so} sb} {s{}}]", "parameters", "key",
		    key_view("signing", "K1", "active", 0), "continues", 1,
		    "parameters");
	if (strcmp(method, "Rotate") == 0)
		return fake_reply(key_view("signing", "K2", "next",
		    json_is_true(json_object_get(parameters, "now"))
			? 0
			: 1700003600));
	if (strcmp(method, "RotateData") == 0)
		return fake_reply(key_view("data", "2", "active", 0));
	if (strcmp(method, "RotateMaster") == 0)
		return fake_reply(
		    key_view("master", given[0] != '\0' ? given : "/key",
			given[0] != '\0' ? "next" : "active", 0));
	return NULL;
}

/* The code's middle says what has arrived. */
static json_t *
new_code(const json_t *parameters)
{
	char code[64];

	if (strcmp(text_of(parameters, "user"), "bob") == 0)
		return fake_refusal(
		    "org.varlink.service.PermissionDenied", NULL);
	snprintf(code, sizeof(code), "%s,%s,%s,%d,%s",
	    text_of(parameters, "user"), text_of(parameters, "service"),
	    text_of(parameters, "rhost"),
	    (int)json_integer_value(json_object_get(parameters, "ttl")),
	    text_of(parameters, "session"));
	return fake_reply(
	    json_pack("{ss si}", "code", code, "expires", 1800000000));
}

static json_t *
revoke_device(const json_t *parameters)
{
	const char *id = text_of(parameters, "device");

	if (strcmp(id, "none") == 0)
		return fake_refusal("io.jwtagent.NoSuchDevice", NULL);
	if (strcmp(id, "locked") == 0)
		return fake_refusal(
		    "org.varlink.service.PermissionDenied", NULL);
	if (strcmp(id, "strange") == 0)
		return fake_refusal("io.jwtagent.StrangeNewError", NULL);
	if (strcmp(id, "broken") == 0)
		return fake_refusal(
		    "io.jwtagent.StoreFault", "the disk\x1b[2J is full");
	return fake_reply(
	    json_pack("{ss ss si si si si si}", "device", id, "result",
		text_of(parameters, "reason")[0] != '\0'
		    ? text_of(parameters, "reason")
		    : "revoked",
		"families_revoked", 1, "sessions_ended", 2, "ended", 2,
		"already_gone", 0, "not_permitted", 0));
}

/* What was asked comes back: `user`, and of everybody that one could not be
 * ended. */
static json_t *
log_out(const json_t *parameters)
{
	bool all = json_is_true(json_object_get(parameters, "all"));
	json_t *reply = json_pack("{si si si si si}", "before", 1700000000,
	    "sessions_ended", 3, "ended", all ? 1 : 2, "already_gone", 1,
	    "not_permitted", all);

	if (!all)
		json_object_set(
		    reply, "user", json_object_get(parameters, "user"));
	return fake_reply(reply);
}

static json_t *
revoke_token(const json_t *parameters)
{
	bool shown = json_is_string(json_object_get(parameters, "token"));

	return fake_reply(json_pack("{ss ss si si si si}", "kind",
	    shown ? text_of(parameters, "token") : text_of(parameters, "jti"),
	    "result", shown ? "revoked" : text_of(parameters, "issuer"),
	    "sessions_ended", 0, "ended", 0, "already_gone", 0, "not_permitted",
	    0));
}

static json_t *
explain(const json_t *parameters)
{
	bool good = strcmp(text_of(parameters, "token"), "good") == 0;

	return fake_reply(json_pack("{sb ss ss s[{ss sb ss}]}", "accepted",
	    good, "reason", good ? "ok" : "Expired", "message",
	    good ? "done" : "the token has expired", "steps", "step",
	    "lifetime", "ok", good, "detail", text_of(parameters, "service")));
}

static json_t *
event(const char *user)
{
	return json_pack("{si si ss ss ss ss si si si}", "seq", 7, "time",
	    1700000000, "event", "login", "outcome", "denied", "reason",
	    "Expired", "user", user, "uid", -1, "caller_uid", 0, "caller_pid",
	    5);
}

static json_t *
answer(const char *method, const json_t *parameters, void *state)
{
	(void)state;
	if (strncmp(method, "io.jwtagent.", 12) != 0)
		return NULL;
	method += 12;
	if (strcmp(method, "Device.Enroll") == 0)
		return enroll(parameters);
	if (strcmp(method, "Code.New") == 0)
		return new_code(parameters);
	if (strcmp(method, "Device.List") == 0)
		return strcmp(text_of(parameters, "user"), "bad") == 0
		    ? stream("device", device("D1"), json_pack("{}"))
		    : stream("device", device("D1"), device("D2"));
	if (strcmp(method, "Device.Show") == 0)
		return strcmp(text_of(parameters, "device"), "D1") == 0
		    ? fake_reply(detail("D1"))
		    : fake_refusal("io.jwtagent.NoSuchDevice", NULL);
	if (strcmp(method, "Device.Revoke") == 0)
		return revoke_device(parameters);
	if (strcmp(method, "Device.Rename") == 0)
		return fake_reply(json_pack("{ss ss}", "device",
		    text_of(parameters, "device"), "name",
		    text_of(parameters, "name")));
	if (strcmp(method, "Device.EnrollAgain") == 0)
		return fake_refusal("io.jwtagent.TooManyDevices", NULL);
	if (strcmp(method, "Admin.StoreStats") == 0)
		return fake_reply(json_pack("{s[{ss si si} {ss si}] si si}",
		    "tables", "table", "session", "entries", 7, "oldest",
		    1700000000, "table", "jwks", "entries", 2, "size", 4096,
		    "map", 67108864));
	if (strcmp(method, "Session.List") == 0)
		return json_is_true(json_object_get(parameters, "all"))
		    ? stream("session", session("S1"), session("S2"))
		    : json_pack("[{s{}}]", "parameters");
	if (strcmp(method, "Session.Show") == 0)
		return fake_reply(session("S1"));
	if (strcmp(method, "Session.Terminate") == 0)
		return strcmp(text_of(parameters, "session"), "none") == 0
		    ? fake_refusal("io.jwtagent.NoSuchSession", NULL)
		    : fake_reply(json_pack("{ss ss si si si si}", "session",
			  "S1", "result", "terminated", "sessions_ended", 1,
			  "ended", 1, "already_gone", 0, "not_permitted", 0));
	if (strcmp(method, "User.Logout") == 0)
		return log_out(parameters);
	if (strcmp(method, "Token.Revoke") == 0)
		return revoke_token(parameters);
	if (strcmp(method, "Token.Explain") == 0)
		return explain(parameters);
	if (strcmp(method, "Token.ListKeys") == 0)
		return fake_reply(json_pack("{s[{ss ss ss ss ss}]}", "keys",
		    "kid", "K1", "kty", "EC", "alg", "ES256", "use", "sig",
		    "crv", "P-256"));
	if (strncmp(method, "Key.", 4) == 0)
		return answer_key(method + 4, parameters);
	if (strcmp(method, "Admin.Audit") == 0)
		return json_integer_value(
			   json_object_get(parameters, "limit")) == 5
		    ? stream("event", event("alice"), event("bob"))
		    : stream("event", event("carol"), event("dave"));
	return NULL; /* hangs up */
}

static json_t *
json_answer(int code)
{
	if (run.code != code)
		fail_msg("exit %d: %s", run.code, run.complained);
	return command_json(&run);
}

#define RUN(...) command_run(&run, "--config", agent.config, __VA_ARGS__, NULL)

static void
test_enroll(void **state)
{
	static const char *const members[] = {"device", "user", "name",
	    "access_token", "access_expires", "refresh_token",
	    "refresh_expires"};
	json_t *json;

	(void)state;
	RUN("device", "enroll", "--user", "alice", "--name", "laptop",
	    "--json");
	json = json_answer(0);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		assert_non_null(json_object_get(json, members[i]));
	assert_string_equal(text_of(json, "user"), "alice");
	assert_string_equal(text_of(json, "name"), "laptop");
	json_decref(json);

	RUN("device", "enroll", "--user", "alice", "--name", "laptop");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "a.b.c"));
	assert_non_null(strstr(run.said, "jr1_x"));
	assert_non_null(strstr(run.complained, "keep it in a file"));
}

static void
test_enroll_claims(void **state)
{
	json_t *json;

	(void)state;
	RUN("device", "enroll", "--user=a", "--name=n", "--claim", "s=text",
	    "--claim", "n=5", "--claim", "q=\"5\"", "--claim", "b=true",
	    "--claim", "l=[1,2]", "--claim", "o={\"a\":null}", "--claim",
	    "e=", "--claim", "x=a=b", "--json");
	json = json_answer(0);
	assert_string_equal(text_of(json, "name"),
	    "{\"s\":\"text\",\"n\":5,\"q\":\"5\",\"b\":true,\"l\":[1,2],"
	    "\"o\":{\"a\":null},\"e\":\"\",\"x\":\"a=b\"}");
	json_decref(json);
}

static void
test_enroll_to_file(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_str char *token = NULL;
	auto_str char *cached = NULL;
	char path[PATH_MAX];
	struct stat status;

	(void)state;
	folder_new(&folder);
	folder_path(&folder, "t", path);
	RUN("device", "enroll", "--user=a", "--name=n", "--refresh-file", path);
	assert_int_equal(run.code, 0);
	assert_null(strstr(run.said, "jr1_"));
	assert_null(strstr(run.said, "a.b.c"));
	token = folder_read(&folder, "t");
	assert_string_equal(token, "jr1_x\n");
	cached = folder_read(&folder, "t.access");
	assert_string_equal(cached,
	    "{\"access_token\":\"a.b.c\",\"access_expires\":1700000900}\n");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777U, 0600);

	/* nobody is enrolled when the file could not be written */
	RUN("device", "enroll", "--user=a", "--name=n", "--refresh-file",
	    "/nowhere/token");
	assert_int_equal(run.code, 1);
	assert_string_equal(run.said, "");
	folder_write(&folder, "d/x", "", 0600);
	RUN("device", "enroll", "--user=a", "--name=n", "--refresh-file",
	    folder_path(&folder, "d", path), "--json");
	assert_int_equal(run.code, 1);
	assert_string_equal(run.said, "");
}

static void
test_devices(void **state)
{
	json_t *json;

	(void)state;
	RUN("device", "list", "--json");
	json = json_answer(0);
	assert_int_equal(json_array_size(json), 2);
	assert_string_equal(text_of(json_array_get(json, 1), "device"), "D2");
	assert_true(json_is_null(
	    json_object_get(json_array_get(json, 0), "seen_rhost")));
	json_decref(json);
	RUN("device", "list");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "D1"));
	assert_null(strchr(run.said, '\x1b'));

	RUN("device", "show", "D1", "--json");
	json = json_answer(0);
	assert_int_equal(
	    json_integer_value(json_object_get(json, "generation")), 3);
	assert_true(json_is_null(json_object_get(json, "seen")));
	json_decref(json);
	RUN("device", "show", "D1");
	assert_int_equal(run.code, 0);
	assert_null(strchr(run.said, '\x1b'));
	assert_non_null(strstr(run.said, "S7"));
	assert_non_null(strstr(run.said, "odd-network"));
	RUN("device", "show", "D9");
	assert_int_equal(run.code, 5);
	assert_string_equal(run.said, "");
	assert_string_equal(
	    run.complained, "jwt-agent: device show: no such device\n");
}

static void
test_rename(void **state)
{
	json_t *json;

	(void)state;
	RUN("device", "rename", "D1", "my phone", "--json");
	json = json_answer(0);
	assert_string_equal(text_of(json, "device"), "D1");
	assert_string_equal(text_of(json, "name"), "my phone");
	json_decref(json);
	RUN("device", "rename", "D1", "my phone");
	assert_string_equal(run.said, "D1: renamed\n");
}

static void
test_enroll_again(void **state)
{
	(void)state;
	RUN("device", "enroll", "--again", "D1");
	assert_int_equal(run.code, 3);
	assert_non_null(strstr(run.complained, "as many devices"));
}

static void
test_store_stats(void **state)
{
	json_t *json, *tables;

	(void)state;
	RUN("store", "stats", "--json");
	json = json_answer(0);
	tables = json_object_get(json, "tables");
	assert_int_equal(json_array_size(tables), 2);
	assert_int_equal(json_integer_value(json_object_get(
			     json_array_get(tables, 0), "entries")),
	    7);
	json_decref(json);
	RUN("store", "stats");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "session"));
	assert_non_null(strstr(run.said, "4.0 KiB"));
}

static void
test_entry_of_another_shape(void **state)
{
	(void)state;
	RUN("device", "list", "--user", "bad", "--json");
	assert_int_equal(run.code, 1);
	assert_string_equal(run.said, "");
	assert_non_null(strstr(run.complained, "was not understood"));
}

static void
test_revoke(void **state)
{
	json_t *json;

	(void)state;
	RUN("device", "revoke", "D1", "--json");
	json = json_answer(0);
	assert_string_equal(text_of(json, "device"), "D1");
	assert_string_equal(text_of(json, "result"), "revoked");
	assert_int_equal(
	    json_integer_value(json_object_get(json, "families_revoked")), 1);
	assert_int_equal(
	    json_integer_value(json_object_get(json, "sessions_ended")), 2);
	json_decref(json);
	RUN("device", "revoke", "--reason", "already revoked", "D1");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said,
	    "D1: already revoked; families revoked: 1, sessions ended: 2\n");

	RUN("device", "revoke", "none", "--json");
	json = json_answer(5);
	assert_string_equal(text_of(json, "device"), "none");
	assert_string_equal(text_of(json, "result"), "no such device");
	assert_true(json_is_integer(json_object_get(json, "families_revoked")));
	assert_true(json_is_integer(json_object_get(json, "sessions_ended")));
	json_decref(json);
	RUN("device", "revoke", "none");
	assert_int_equal(run.code, 5);
	assert_string_equal(run.said, "");
}

static void
expect_usage(const char *sentence)
{
	assert_int_equal(run.code, 2);
	assert_string_equal(run.said, "");
	assert_non_null(strstr(run.complained, sentence));
}

static void
test_logout(void **state)
{
	(void)state;
	RUN("user", "logout", "alice");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said,
	    "alice: logged out; sessions ended: 3 (already gone: 1)\n");
	RUN("user", "logout", "--all", "--yes");
	assert_int_equal(run.code, 1);
	assert_string_equal(run.said,
	    "everybody: logged out; sessions ended: 3 (already gone: 1) "
	    "(not permitted: 1)\n");
	assert_non_null(strstr(run.complained, "could not be signalled"));
	RUN("user", "logout", "--all");
	expect_usage("without a terminal it takes --yes");
	RUN("user", "logout");
	expect_usage("name a USER or say --all");
	RUN("user", "logout", "--all", "--yes", "alice");
	expect_usage("name a USER or say --all");
	RUN("session", "terminate");
	expect_usage("name a SESSION");
	RUN("session", "terminate", "--user", "alice", "S1");
	expect_usage("name a SESSION");
}

static void
test_revoke_token(void **state)
{
	(void)state;
	run.input = "access\n";
	RUN("token", "revoke");
	assert_int_equal(run.code, 0);
	assert_string_equal(
	    run.said, "access token: revoked; sessions ended: 0\n");
	run.input = NULL;
	RUN("token", "revoke");
	assert_int_not_equal(run.code, 0);
	RUN("token", "revoke", "--jti", "J", "--issuer", "I");
	assert_string_equal(run.said, "J token: I; sessions ended: 0\n");
	RUN("token", "revoke", "--jti", "J");
	expect_usage("--jti and --issuer");
	RUN("token", "revoke", "--issuer", "I");
	expect_usage("--jti and --issuer");
}

static void
test_errors(void **state)
{
	(void)state;
	RUN("device", "revoke", "locked");
	assert_int_equal(run.code, 3);
	assert_non_null(strstr(run.complained, "you may not do this\nroot"));
	RUN("device", "revoke", "broken");
	assert_int_equal(run.code, 1);
	assert_non_null(strstr(run.complained,
	    "device revoke: the disk?[2J is full\ntry: journalctl"));
	RUN("device", "revoke", "strange");
	assert_int_equal(run.code, 1);
	/* the agent hangs up in the middle of a call */
	RUN("status");
	assert_int_equal(run.code, 4);
	assert_string_equal(run.said, "");
}

static void
test_sessions(void **state)
{
	static const char *const members[] = {"session", "user", "device",
	    "service", "rhost", "tty", "opened", "expires", "state", "leader"};
	json_t *json;

	(void)state;
	RUN("session", "list", "--json");
	json = json_answer(0);
	assert_int_equal(json_array_size(json), 0);
	assert_true(json_is_array(json));
	json_decref(json);
	RUN("session", "list");
	assert_int_equal(run.code, 0);
	assert_memory_equal(run.said, "SESSION", 7);

	RUN("session", "list", "--all", "--json");
	json = json_answer(0);
	assert_int_equal(json_array_size(json), 2);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		assert_non_null(
		    json_object_get(json_array_get(json, 0), members[i]));
	assert_true(
	    json_is_null(json_object_get(json_array_get(json, 0), "leader")));
	json_decref(json);
	RUN("session", "show", "S1", "--json");
	json = json_answer(0);
	assert_string_equal(text_of(json, "rhost"), "h.test");
	json_decref(json);
	RUN("session", "terminate", "S1", "--json");
	json = json_answer(0);
	assert_string_equal(text_of(json, "result"), "terminated");
	json_decref(json);
	RUN("session", "terminate", "none");
	assert_int_equal(run.code, 5);
}

static void
test_code(void **state)
{
	static const char *const wrong[] = {"9s", "901", "16m", "-1", "soon"};
	char *session[] = {(char *)(uintptr_t) "JWT_SESSION=S1", NULL};
	json_t *json;

	(void)state;
	/* no terminal: the code alone, no picture */
	RUN("code", "new", "--user", "alice");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.said, "alice,,,0,\n");
	run.environment = session;
	RUN("code", "new", "--user", "alice", "--service", "sshd", "--rhost",
	    "h.test", "--ttl", "2m", "--json");
	run.environment = NULL;
	json = json_answer(0);
	assert_string_equal(text_of(json, "code"), "alice,sshd,h.test,120,S1");
	assert_int_equal(
	    json_integer_value(json_object_get(json, "expires")), 1800000000);
	json_decref(json);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		RUN("code", "new", "--user", "alice", "--ttl", wrong[i]);
		assert_int_equal(run.code, 2);
		assert_string_equal(run.said, "");
		assert_non_null(strstr(run.complained, "--ttl"));
	}
	RUN("code", "new", "--user", "bob");
	assert_int_equal(run.code, 3);
	assert_string_equal(run.said, "");
}

static void
test_explain(void **state)
{
	json_t *json;

	(void)state;
	run.input = "good\n";
	RUN("token", "explain", "--user", "a", "--service", "sshd", "--json");
	json = json_answer(0);
	assert_true(json_is_true(json_object_get(json, "accepted")));
	assert_string_equal(
	    text_of(
		json_array_get(json_object_get(json, "steps"), 0), "detail"),
	    "sshd");
	json_decref(json);
	run.input = "bad";
	RUN("token", "explain", "--user", "a", "--service", "sshd", "--json");
	json = json_answer(3);
	assert_true(json_is_false(json_object_get(json, "accepted")));
	assert_string_equal(text_of(json, "reason"), "Expired");
	json_decref(json);
	RUN("token", "explain", "--user", "a", "--service", "sshd");
	assert_int_equal(run.code, 3);
	assert_non_null(
	    strstr(run.said, "refused: the token has expired (Expired)\n"));
	run.input = NULL;
	RUN("token", "explain", "--user", "a", "--service", "sshd");
	assert_int_equal(run.code, 3);
	assert_string_equal(run.said, "");
}

static void
test_keys(void **state)
{
	json_t *json;

	(void)state;
	RUN("key", "jwks");
	json = json_answer(0);
	assert_int_equal(json_array_size(json_object_get(json, "keys")), 1);
	json_decref(json);
	RUN("key", "list", "--json");
	json = json_answer(0);
	assert_string_equal(text_of(json_array_get(json, 0), "key"), "K1");
	json_decref(json);
	RUN("key", "list");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "K1"));
}

static void
write_key(const char *path, mode_t mode)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs("a key", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_key_rotation(void **state)
{
	json_t *json;

	(void)state;
	RUN("key", "rotate");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "K2: signs from 2023-11-1"));
	RUN("key", "rotate", "--now");
	assert_non_null(strstr(run.said, "K2: signs from now on"));
	RUN("key", "rotate", "--json");
	json = json_answer(0);
	assert_string_equal(text_of(json, "state"), "next");
	json_decref(json);
	RUN("key", "rotate-data");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "data key 2: "));
	assert_non_null(strstr(run.said, " 7 records"));
	RUN("key", "rotate-master");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "/key: replaced"));
}

/* Text as it is, 32 bytes as base64url; from a file that is private. */
static void
test_new_master_key(void **state)
{
	auto_str char *path = NULL;

	(void)state;
	assert_true(asprintf(&path, "%s.key", agent.config) > 0);
	run.input = "some text";
	RUN("key", "rotate-master", "--new-key-file", "-");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "(some text)"));
	run.input = "0123456789abcdef0123456789ABCDEF";
	RUN("key", "rotate-master", "--new-key-file", "-");
	assert_non_null(
	    strstr(run.said, "(MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY)"));
	run.input = NULL;
	RUN("key", "rotate-master", "--new-key-file", path);
	assert_int_equal(run.code, 1);
	write_key(path, 0600);
	RUN("key", "rotate-master", "--new-key-file", path);
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "(a key)"));
	assert_int_equal(chmod(path, 0640), 0);
	RUN("key", "rotate-master", "--new-key-file", path);
	assert_int_equal(run.code, 2);
	assert_non_null(strstr(run.complained, "chmod 0600"));
	unlink(path);
}

static void
test_audit(void **state)
{
	json_t *json;

	(void)state;
	RUN("audit", "list", "--limit", "5", "--json");
	json = json_answer(0);
	assert_int_equal(json_array_size(json), 2);
	assert_string_equal(text_of(json_array_get(json, 0), "user"), "alice");
	json_decref(json);
	RUN("audit", "list");
	assert_int_equal(run.code, 0);
	assert_non_null(strstr(run.said, "carol"));
}

static void
test_no_agent(void **state)
{
	static const char *const commands[][2] = {{"status", NULL},
	    {"device", "list"}, {"session", "list"}, {"key", "list"},
	    {"audit", "list"}};
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX];

	(void)state;
	folder_new(&folder);
	folder_write(&folder, "c", "[agent]\nsocket = /nowhere/socket\n", 0644);
	folder_path(&folder, "c", path);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		command_run(&run, "--config", path, commands[i][0],
		    commands[i][1], NULL);
		assert_int_equal(run.code, 4);
		assert_string_equal(run.said, "");
		assert_non_null(strstr(run.complained, "jwt-agent doctor"));
	}
}

static int
set_up(void **state)
{
	(void)state;
	fake_agent_start(&agent, answer, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fake_agent_clear(&agent);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_enroll),
	    cmocka_unit_test(test_enroll_claims),
	    cmocka_unit_test(test_enroll_to_file),
	    cmocka_unit_test(test_devices),
	    cmocka_unit_test(test_entry_of_another_shape),
	    cmocka_unit_test(test_rename),
	    cmocka_unit_test(test_enroll_again),
	    cmocka_unit_test(test_store_stats),
	    cmocka_unit_test(test_revoke),
	    cmocka_unit_test(test_logout),
	    cmocka_unit_test(test_revoke_token),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_sessions),
	    cmocka_unit_test(test_code),
	    cmocka_unit_test(test_explain),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_key_rotation),
	    cmocka_unit_test(test_new_master_key),
	    cmocka_unit_test(test_audit),
	    cmocka_unit_test(test_no_agent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
