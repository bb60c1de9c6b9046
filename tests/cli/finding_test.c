/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every finding of the doctor, produced, and a healthy system in which it finds
 * nothing. Each test does one thing to that system; what was seen is held
 * against the table at the end.
 */
#include "base/fields.h"
#include "jwt-agent/cli/finding.h"
#include "lmdb-store/schema.h"
#include "lmdb-store/store.h"
#include "tests/cli/command_run.h"
#include "tests/cli/fake_agent.h"
#include "tests/cli/fake_manager.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <time.h>

#define STRANGER 12345
#define KEY "01234567890123456789012345678901"
#define MODULE                                                                 \
	"\177ELF pam_sm_authenticate:pam_sm_setcred:pam_sm_acct_mgmt:"         \
	"pam_sm_open_session:pam_sm_close_session:pam_sm_chauthtok:"
#define AUTH                                                                   \
	"auth sufficient pam_jwt.so\n"                                         \
	"auth required pam_unix.so try_first_pass\n"
#define ACCOUNT ACCOUNT_LINE "\naccount required pam_unix.so\n"
#define SESSION SESSION_LINE "\nsession required pam_unix.so\n"
#define INSTALLED                                                              \
	"Package: other\nStatus: install ok half-configured\n\n"               \
	"Package: jwt-agent\nStatus: install ok installed\nVersion: 1\n\n"     \
	"Package: libpam-jwt\nStatus: install ok installed\n"

#define CONFIG_FILE "etc/jwt-agent/jwt-agent.conf"
#define STACK_FILE "etc/pam.d/sshd"
#define SSHD_FILE "etc/ssh/sshd_config"
#define MODULE_FILE "usr/lib/x86_64-linux-gnu/security/pam_jwt.so"
#define STATUS_FILE "var/lib/dpkg/status"
#define STORE "var/lib/jwt-agent/store"
#define DATA_FILE STORE "/data.mdb"
#define KEY_FILE "var/lib/jwt-agent/master.key"

static struct command_run run;
static bool seen[FINDING_COUNT];

static void
path_of(const struct folder *folder, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", folder->path, name);
}

/* With the folders above it. A colon in the text of a module is a zero byte. */
static void
plant(const struct folder *folder, const char *name, const char *text,
    mode_t mode)
{
	bool is_module = strcmp(name, MODULE_FILE) == 0;
	char path[PATH_MAX];
	FILE *file;

	path_of(folder, name, path);
	for (char *at = path + strlen(folder->path) + 1;
	     (at = strchr(at, '/')) != NULL; *at++ = '/') {
		*at = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	}
	file = fopen(path, "we");
	assert_non_null(file);
	for (; *text != '\0'; text++)
		putc(is_module && *text == ':' ? '\0' : *text, file);
	assert_int_equal(fchmod(fileno(file), mode), 0);
	assert_int_equal(fclose(file), 0);
}

static void
plant_system(const struct folder *folder)
{
	char path[PATH_MAX];

	plant(folder, "etc/passwd",
	    "root:x:0:0::/:/bin/sh\n_jwt-agent:x:777:777::/:/bin/false\n",
	    0644);
	plant(folder, CONFIG_FILE, "", 0644);
	plant(folder, STACK_FILE, AUTH ACCOUNT SESSION, 0644);
	plant(folder, SSHD_FILE, "UsePAM yes\n", 0644);
	plant(folder, MODULE_FILE, MODULE, 0644);
	plant(folder, STATUS_FILE, INSTALLED, 0644);
	plant(folder, DATA_FILE, "", 0600);
	plant(folder, KEY_FILE, KEY, 0600);
	path_of(folder, STORE, path);
	assert_int_equal(chmod(path, 0700), 0);
}

static enum finding
finding_of(const char *name)
{
	for (int i = 0; i < FINDING_COUNT; i++)
		if (strcmp(finding_name((enum finding)i), name) == 0)
			return (enum finding)i;
	fail_msg("%s is in no table", name);
	return FINDING_COUNT;
}

/* Reads what the command has said; how many findings that `wanted` is not,
 * and whether that is among them. */
static bool
look(enum finding wanted, size_t *others)
{
	auto_json json_t *found = command_json(&run);
	bool fault = false, is_there = false;
	const json_t *entry;
	size_t at;

	*others = 0;
	json_array_foreach (found, at, entry) {
		const char *name, *result, *next;
		enum finding finding;

		assert_int_equal(
		    json_unpack((json_t *)(uintptr_t)entry, "{s?s ss ss}",
			"name", &name, "result", &result, "next", &next),
		    0);
		if (json_object_get(entry, "name") == NULL)
			continue;
		finding = finding_of(name);
		assert_string_equal(
		    result, finding_result_name(finding_result(finding)));
		assert_int_not_equal(next[0], '\0');
		fault |= finding_result(finding) == RESULT_FAULT;
		seen[finding] = true;
		is_there |= finding == wanted;
		*others += finding != wanted;
	}
	assert_int_equal(run.code, fault ? 1 : 0);
	return is_there;
}

static void
assert_only(const struct folder *folder, enum finding wanted)
{
	size_t others;
	bool is_there;

	command_run(&run, "doctor", "--root", folder->path, "--json", NULL);
	is_there = look(wanted, &others);
	if (others != 0 || is_there != (wanted != FINDING_COUNT))
		fail_msg("%s: %s",
		    wanted != FINDING_COUNT ? finding_name(wanted) : "nothing",
		    run.said);
}

static void
test_a_healthy_system(void **state)
{
	auto_clear(folder) struct folder folder;

	(void)state;
	folder_new(&folder);
	plant_system(&folder);
	assert_only(&folder, FINDING_COUNT);
}

/* What is done to one file: another text, mode, or owner; or it is gone. */
static const struct harm {
	const char *file;
	const char *text; /* NULL: as it is */
	mode_t mode;	  /* 0: removed */
	uid_t owner;
	enum finding finding;
} harms[] = {
    {CONFIG_FILE, "[token]\nacces_lifetime=5m\n", 0644, 0,
	FOUND_CONFIG_INVALID},
    {CONFIG_FILE, "", 0666, 0, FOUND_CONFIG_WRITABLE},
    {STATUS_FILE, "Package: libpam-jwt\nStatus: install ok half-configured\n",
	0644, 0, FOUND_PACKAGE_BROKEN},
    {STATUS_FILE, "Package: jwt-agent\nStatus: install reinstreq installed\n",
	0644, 0, FOUND_PACKAGE_BROKEN},
    {STORE, NULL, 0700, 777, FINDING_COUNT},
    {STORE, NULL, 0700, STRANGER, FOUND_STORE_FOREIGN},
    {STORE, NULL, 0100, 0, FOUND_STORE_UNREADABLE},
    {STORE, NULL, 0755, 0, FOUND_STORE_LOOSE},
    {KEY_FILE, NULL, 0, 0, FOUND_MASTER_KEY_MISSING},
    {KEY_FILE, NULL, 0640, 0, FOUND_MASTER_KEY_LOOSE},
    {KEY_FILE, NULL, 0600, STRANGER, FOUND_MASTER_KEY_FOREIGN},
    {KEY_FILE, "short", 0600, 0, FOUND_MASTER_KEY_WRONG},
    {MODULE_FILE, NULL, 0, 0, FOUND_MODULE_MISSING},
    {MODULE_FILE, "\177ELF and nothing else", 0644, 0, FOUND_MODULE_BROKEN},
    {MODULE_FILE, "pam_sm_authenticate:", 0644, 0, FOUND_MODULE_BROKEN},
    {MODULE_FILE, "", 0644, 0, FOUND_MODULE_BROKEN},
    {MODULE_FILE, NULL, 0666, 0, FOUND_MODULE_WRITABLE},
    {STACK_FILE, "auth required pam_unix.so\n", 0644, 0, FOUND_PAM_UNUSED},
    {STACK_FILE, "auth requierd pam_jwt.so\n", 0644, 0, FOUND_PAM_LINE_INVALID},
    {STACK_FILE, "auth requisite pam_jwt.so\n" ACCOUNT SESSION, 0644, 0,
	FOUND_PAM_LOCKS_OUT},
    {STACK_FILE,
	"auth [success=2 default=ignore] pam_unix.so\n"
	"auth requisite pam_deny.so\nauth sufficient pam_jwt.so\n"
	"auth required pam_permit.so\n" ACCOUNT SESSION,
	0644, 0, FOUND_PAM_BELOW_DENY},
    {STACK_FILE,
	"auth [success=1 default=ignore] pam_jwt.so\n"
	"auth [success=1 default=ignore] pam_unix.so use_first_pass\n"
	"auth requisite pam_deny.so\nauth required pam_permit.so\n" ACCOUNT
	    SESSION,
	0644, 0, FOUND_PAM_JUMP_WRONG},
    {STACK_FILE,
	"auth [success=ok default=ignore] pam_jwt.so\n"
	"auth required pam_unix.so use_first_pass\n" ACCOUNT SESSION,
	0644, 0, FOUND_PAM_NOT_ENOUGH},
    {STACK_FILE,
	"auth optional pam_jwt.so\nauth optional pam_permit.so\n" ACCOUNT
	    SESSION,
	0644, 0, FOUND_PAM_OPEN},
    {STACK_FILE,
	"auth sufficient pam_jwt.so\nauth required pam_unix.so\n" ACCOUNT
	    SESSION,
	0644, 0, FOUND_PAM_ASKS_TWICE},
    {STACK_FILE, AUTH SESSION, 0644, 0, FOUND_PAM_NO_ACCOUNT},
    {STACK_FILE,
	AUTH "account sufficient pam_jwt.so\n"
	     "account required pam_unix.so\n" SESSION,
	0644, 0, FOUND_PAM_ACCOUNT_BYPASS},
    {STACK_FILE,
	AUTH "account [success=ok default=die] pam_jwt.so\n"
	     "account required pam_unix.so\n" SESSION,
	0644, 0, FOUND_PAM_ACCOUNT_LOCKS},
    {STACK_FILE, AUTH ACCOUNT, 0644, 0, FOUND_PAM_NO_SESSION},
    {STACK_FILE,
	AUTH ACCOUNT "session [success=ok default=die] pam_jwt.so\n"
		     "session required pam_unix.so\n",
	0644, 0, FOUND_PAM_SESSION_LOCKS},
    {STACK_FILE, "auth optional pam_jwt.so observe\n" AUTH ACCOUNT SESSION,
	0644, 0, FOUND_PAM_OBSERVES},
    {STACK_FILE,
	AUTH
	"account required pam_jwt.so\naccount required pam_unix.so\n" SESSION,
	0644, 0, FOUND_PAM_NEEDS_FILE},
    {SSHD_FILE, "", 0644, 0, FOUND_SSHD_NO_PAM},
    {SSHD_FILE, "UsePAM yes\nKbdInteractiveAuthentication no\n", 0644, 0,
	FOUND_SSHD_NO_PROMPT},
    {SSHD_FILE, NULL, 0, 0, FOUND_SSHD_UNREADABLE},
};

static void
harm(const struct folder *folder, const struct harm *harm)
{
	char path[PATH_MAX];

	path_of(folder, harm->file, path);
	if (harm->mode == 0) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	if (harm->text != NULL)
		plant(folder, harm->file, harm->text, harm->mode);
	assert_int_equal(chmod(path, harm->mode), 0);
	assert_int_equal(chown(path, harm->owner, harm->owner), 0);
}

static void
test_each_harm(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++) {
		auto_clear(folder) struct folder folder;

		folder_new(&folder);
		plant_system(&folder);
		harm(&folder, &harms[i]);
		assert_only(&folder, harms[i].finding);
	}
}

static void
test_what_is_not_there(void **state)
{
	auto_clear(folder) struct folder folder;
	char path[PATH_MAX];

	(void)state;
	if (geteuid() != 0)
		skip();
	folder_new(&folder);
	plant_system(&folder);
	/* a key that systemd has, or that a command prints */
	path_of(&folder, KEY_FILE, path);
	assert_int_equal(unlink(path), 0);
	plant(
	    &folder, "etc/credstore.encrypted/jwt-agent.master.key", "x", 0600);
	assert_only(&folder, FINDING_COUNT);
	/* no store: then there need be no key either */
	path_of(&folder, DATA_FILE, path);
	assert_int_equal(unlink(path), 0);
	path_of(&folder, STORE, path);
	assert_int_equal(rmdir(path), 0);
	assert_only(&folder, FOUND_STORE_MISSING);
	/* no PAM at all */
	plant(&folder, CONFIG_FILE, "[agent]\nstore=/\n", 0644);
	path_of(&folder, STACK_FILE, path);
	assert_int_equal(unlink(path), 0);
	path_of(&folder, "etc/pam.d", path);
	assert_int_equal(rmdir(path), 0);
	command_run(&run, "doctor", "--root", folder.path, "--json", NULL);
	assert_true(look(FOUND_PAM_UNREADABLE, &(size_t){0}));
}

/* The system that runs. Of it only what is asked for is held against
 * `wanted`: what the machine of the test has besides is its own matter. */
static void
assert_live(const struct fake_agent *agent, const char *pam_dir,
    enum finding wanted, bool expected)
{
	size_t others;

	command_run(&run, "doctor", "--config", agent->config, "--pam-dir",
	    pam_dir, "--json", NULL);
	if (look(wanted, &others) != expected)
		fail_msg("%s: %s", finding_name(wanted), run.said);
}

static void
test_units(void **state)
{
	static const struct {
		struct fake_unit unit;
		enum finding finding;
	} cases[] = {
	    {{"jwt-agent.service", "masked", "inactive", "dead", "masked",
		 "success", 0},
		FOUND_AGENT_MASKED},
	    {{"jwt-agent.service", "loaded", "activating", "auto-restart",
		 "enabled", "exit-code", 7},
		FOUND_AGENT_FAILING},
	    {{"jwt-agent.service", "loaded", "failed", "failed", "enabled",
		 "signal", 0},
		FOUND_AGENT_FAILING},
	    {{"jwt-agent.socket", "loaded", "inactive", "dead", "enabled",
		 "success", 0},
		FOUND_AGENT_STOPPED},
	    {{"jwt-agent.socket", "loaded", "active", "listening", "disabled",
		 "success", 0},
		FOUND_AGENT_DISABLED},
	};
	struct fake_agent agent = {0};
	char path[PATH_MAX], variable[PATH_MAX + 64];
	char *environment[] = {variable, NULL};

	(void)state;
	folder_new(&agent.folder);
	folder_write(&agent.folder, "jwt-agent.conf", "", 0644);
	folder_path(&agent.folder, "jwt-agent.conf", agent.config);
	folder_path(&agent.folder, "bus", path);
	snprintf(variable, sizeof(variable),
	    "DBUS_SYSTEM_BUS_ADDRESS=unix:path=%s", path);
	run.environment = environment;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct fake_unit units[] = {cases[i].unit, {0}};
		pid_t manager = fake_manager_start(path, units);

		assert_live(&agent, "/nowhere", cases[i].finding, true);
		if (finding_result(cases[i].finding) == RESULT_FAULT)
			assert_non_null(strstr(run.said, cases[i].unit.name));
		fake_manager_stop(manager);
		assert_int_equal(unlink(path), 0);
	}
	run.environment = NULL;
	folder_clear(&agent.folder);
}

/* An agent that is well, units that are well: not a word of either. */
static void
test_well_units(void **state)
{
	struct fake_agent agent = {0};
	const struct fake_unit units[] = {{0}};
	char path[PATH_MAX], variable[PATH_MAX + 64];
	char *environment[] = {variable, NULL};
	pid_t manager;

	(void)state;
	folder_new(&agent.folder);
	folder_write(&agent.folder, "jwt-agent.conf", "", 0644);
	folder_path(&agent.folder, "jwt-agent.conf", agent.config);
	folder_path(&agent.folder, "bus", path);
	snprintf(variable, sizeof(variable),
	    "DBUS_SYSTEM_BUS_ADDRESS=unix:path=%s", path);
	run.environment = environment;
	manager = fake_manager_start(path, units);
	for (enum finding finding = FOUND_AGENT_MASKED;
	     finding <= FOUND_AGENT_DISABLED; finding++)
		assert_live(&agent, "/nowhere", finding, false);
	assert_non_null(strstr(run.said, "jwt-agent.service is running"));
	fake_manager_stop(manager);
	run.environment = NULL;
	folder_clear(&agent.folder);
}

static json_t *
say_nothing(const char *method, const json_t *parameters, void *state)
{
	(void)method;
	(void)parameters;
	(void)state;
	return NULL;
}

static json_t *
tell(const char *method, const json_t *parameters, void *state)
{
	json_int_t now = (json_int_t)time(NULL);

	(void)parameters;
	(void)state;
	if (strcmp(method, "io.jwtagent.Admin.Status") == 0)
		return fake_reply(json_pack(
		    "{ss si si ss si si si si si ss ss ss si si s[] ss}",
		    "version", "1", "pid", 1, "started", 1, "store", "/",
		    "schema", 3, "store_size", 1, "store_map", 1, "devices", 0,
		    "sessions", 0, "issuer", "i", "algorithm", "ES256", "key",
		    "k", "would_accept", 0, "would_refuse", 0, "observed",
		    "store_fault", "no space left on device"));
	return json_pack("[{s{s{si sI ss ss ss ss si si si}} sb} {s{}}]",
	    "parameters", "event", "seq", 1, "time", now, "event", "clock-jump",
	    "outcome", "granted", "reason", "ok", "detail", "an hour", "uid",
	    -1, "caller_uid", 0, "caller_pid", 1, "continues", 1, "parameters");
}

static void
test_an_agent_in_trouble(void **state)
{
	struct fake_agent agent = {0};
	char config[PATH_MAX * 2], path[PATH_MAX];
	struct timespec times[2] = {{.tv_sec = time(NULL)}, {0}};

	(void)state;
	if (geteuid() != 0)
		skip();
	fake_agent_start(&agent, tell, NULL);
	snprintf(config, sizeof(config),
	    "[agent]\nsocket=%.900s/socket\nstore=%.900s/store\n",
	    agent.folder.path, agent.folder.path);
	folder_write(&agent.folder, "jwt-agent.conf", config, 0644);
	folder_write(&agent.folder, "store/data.mdb", "", 0600);
	assert_live(&agent, "/nowhere", FOUND_STORE_NO_WRITES, true);
	assert_live(&agent, "/nowhere", FOUND_CLOCK_JUMPED, true);
	assert_live(&agent, "/nowhere", FOUND_CLOCK_WRONG, false);
	/* written in an hour from now */
	times[1].tv_sec = times[0].tv_sec + 3600;
	folder_path(&agent.folder, "store/data.mdb", path);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_live(&agent, "/nowhere", FOUND_CLOCK_WRONG, true);
	fake_agent_clear(&agent);
}

/* Makes a store, or opens the one that is there, and writes its schema. */
static void
plant_store(const struct folder *folder, int64_t version)
{
	char path[PATH_MAX], key[PATH_MAX];
	const struct schema schema = {.version = version};
	const struct store_options options = {
	    .path = folder_path(folder, "store", path),
	    .master_key = folder_path(folder, "master.key", key),
	    .map_start = STORE_MAP_START,
	    .map_max = STORE_MAP_START,
	    .host = &host_system,
	};
	auto_free(store) struct store *store = NULL;
	auto_free(txn) struct txn *txn = NULL;
	struct store_error why = {""};

	assert_int_equal(store_open(&store, &options, &why), OK);
	assert_int_equal(store_begin(store, TXN_WRITE, &txn), OK);
	assert_int_equal(schema_write(txn, &schema), OK);
	assert_int_equal(txn_commit(TAKE(txn)), OK);
}

/* A store that no agent answers for is read by the doctor itself. */
static void
test_a_stopped_store(void **state)
{
	struct fake_agent agent = {0};
	char config[PATH_MAX * 2], path[PATH_MAX], garbage[16384] = "";

	(void)state;
	if (geteuid() != 0)
		skip();
	folder_new(&agent.folder);
	snprintf(config, sizeof(config),
	    "[agent]\nsocket=%.900s/socket\nstore=%.900s/store\n"
	    "master_key=%.900s/master.key\n",
	    agent.folder.path, agent.folder.path, agent.folder.path);
	folder_write(&agent.folder, "jwt-agent.conf", config, 0644);
	folder_path(&agent.folder, "jwt-agent.conf", agent.config);
	assert_live(&agent, "/nowhere", FOUND_STORE_NEWER, false);
	plant_store(&agent.folder, SCHEMA_VERSION);
	assert_live(&agent, "/nowhere", FOUND_STORE_NEWER, false);
	assert_non_null(strstr(run.said, "can be read"));
	plant_store(&agent.folder, SCHEMA_VERSION + 1);
	assert_live(&agent, "/nowhere", FOUND_STORE_NEWER, true);
	assert_non_null(strstr(run.said, "jwt-agent store migrate --to"));
	folder_path(&agent.folder, "store/data.mdb", path);
	memset(garbage, 'x', sizeof(garbage) - 1);
	folder_write(&agent.folder, "store/data.mdb", garbage, 0600);
	assert_live(&agent, "/nowhere", FOUND_STORE_DAMAGED, true);
	assert_int_equal(unlink(path), 0);
	plant_store(&agent.folder, SCHEMA_VERSION);
	folder_write(&agent.folder, "master.key", KEY, 0600);
	assert_live(&agent, "/nowhere", FOUND_MASTER_KEY_WRONG, true);
	folder_clear(&agent.folder);
}

static void
listen_as(const char *path, uid_t owner, int *listener)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	*listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(*listener, (const struct sockaddr *)&address, sizeof(address)),
	    0);
	assert_int_equal(listen(*listener, 1), 0);
	assert_int_equal(chown(path, owner, owner), 0);
}

static void
test_sockets(void **state)
{
	struct fake_agent agent = {0};
	char path[PATH_MAX];
	int listener;

	(void)state;
	if (geteuid() != 0)
		skip();
	fake_agent_start(&agent, say_nothing, NULL);
	assert_live(&agent, "/nowhere", FOUND_AGENT_SILENT, true);
	assert_int_equal(chmod(agent.folder.path, 0777), 0);
	assert_live(&agent, "/nowhere", FOUND_SOCKET_FOLDER_LOOSE, true);
	assert_int_equal(chmod(agent.folder.path, 0700), 0);
	fake_agent_stop(&agent);
	folder_path(&agent.folder, "socket", path);
	unlink(path);
	assert_live(&agent, "/nowhere", FOUND_SOCKET_MISSING, true);
	listen_as(path, STRANGER, &listener);
	assert_live(&agent, "/nowhere", FOUND_SOCKET_FOREIGN, true);
	/* left behind by somebody who listens no longer */
	assert_int_equal(chown(path, 0, 0), 0);
	close(listener);
	assert_live(&agent, "/nowhere", FOUND_SOCKET_MISSING, true);
	fake_agent_clear(&agent);
}

/* As the kernel has it on this machine. */
static void
test_synchronisation(void **state)
{
	auto_clear(folder) struct folder folder;
	struct fake_agent agent = {0};
	struct timex kernel = {0};

	(void)state;
	if (adjtimex(&kernel) < 0)
		skip();
	folder_new(&folder);
	folder_write(&folder, "jwt-agent.conf", "", 0644);
	folder_path(&folder, "jwt-agent.conf", agent.config);
	assert_live(&agent, "/nowhere", FOUND_CLOCK_ALONE,
	    (kernel.status & STA_UNSYNC) != 0);
	seen[FOUND_CLOCK_ALONE] = true;
}

/* The others need a file system of their own: tests/system/test_doctor.py. */
static void
test_every_finding_was_seen(void **state)
{
	static const enum finding elsewhere[] = {
	    FOUND_STORE_READ_ONLY, FOUND_DISK_FULL, FOUND_DISK_LOW};

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		seen[elsewhere[i]] = true;
	for (int i = 0; i < FINDING_COUNT; i++)
		if (!seen[i])
			fail_msg("%s was produced by no test",
			    finding_name((enum finding)i));
}

static void
test_the_manual_has_every_finding(void **state)
{
	struct folder source;
	auto_str char *page = NULL;
	char item[128];

	(void)state;
	snprintf(source.path, sizeof(source.path), "%.1000s/man",
	    getenv("srcdir") != NULL ? getenv("srcdir") : ".");
	page = folder_read(&source, "jwt-agent.1");
	assert_non_null(page);
	for (int i = 0; i < FINDING_COUNT; i++) {
		bool warning =
		    finding_result((enum finding)i) == RESULT_WARNING;

		snprintf(item, sizeof(item), ".It Li %s\n%s",
		    finding_name((enum finding)i), warning ? "Warning: " : "");
		if (strstr(page, item) == NULL)
			fail_msg("the manual lacks %s", item);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_healthy_system),
	    cmocka_unit_test(test_each_harm),
	    cmocka_unit_test(test_what_is_not_there),
	    cmocka_unit_test(test_units),
	    cmocka_unit_test(test_well_units),
	    cmocka_unit_test(test_an_agent_in_trouble),
	    cmocka_unit_test(test_a_stopped_store),
	    cmocka_unit_test(test_sockets),
	    cmocka_unit_test(test_synchronisation),
	    cmocka_unit_test(test_every_finding_was_seen),
	    cmocka_unit_test(test_the_manual_has_every_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
