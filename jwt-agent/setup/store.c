/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/keyring.h"
#include "jwt-agent/setup/step.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define STEP "store"
#define KEY_STEP "signing key"
#define SENTENCE_MAX 400

static enum err
make_store(const struct setup *setup, struct store_error *why)
{
	const struct config *config = setup->config;
	const struct store_options options = {
	    .path = config->store,
	    .master_key = config->master_key,
	    .master_key_command = config->master_key_command,
	    .master = setup->master,
	    .map_start = STORE_MAP_START,
	    .map_max = STORE_MAP_START,
	    .host = &host_system,
	};
	auto_free(keyring) struct keyring *keyring = NULL;
	auto_free(store) struct store *store = NULL;
	enum err e = store_open(&store, &options, why);

	if (e != OK)
		return e;
	e = keyring_new(&keyring, store, config, &host_system);
	return e == OK
	    ? OK
	    : store_refuse(why, e, "the signing key: %s", err_text(e));
}

static bool
become(const struct setup *setup)
{
	return setgroups(1, &setup->gid) == 0 &&
	    setresgid(setup->gid, setup->gid, setup->gid) == 0 &&
	    setresuid(setup->uid, setup->uid, setup->uid) == 0;
}

/* As the agent's user: what it could redirect, it could have written anyway. */
static void
run_child(const struct setup *setup, int sentence)
{
	struct store_error why = {"cannot become the agent's user"};
	enum err e = ERR_IO;

	umask(0077);
	if (become(setup)) {
		why.text[0] = '\0';
		e = make_store(setup, &why);
	}
	if (e != OK && why.text[0] == '\0')
		store_refuse(&why, e, "%s", err_text(e));
	if (e != OK)
		dprintf(sentence, "%s", why.text);
	_exit(e == OK ? 0 : 1);
}

static bool
make(const struct setup *setup, char sentence[SENTENCE_MAX])
{
	int ends[2], status = -1;
	ssize_t size;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		run_child(setup, ends[1]);
	close(ends[1]);
	size = read(ends[0], sentence, SENTENCE_MAX - 1);
	sentence[size > 0 ? size : 0] = '\0';
	close(ends[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Says what became of the key file, too: it is made with the store. */
static void
make_and_say(struct setup *setup, bool key_file)
{
	const struct config *config = setup->config;
	char sentence[SENTENCE_MAX] = "";

	if (!make(setup, sentence)) {
		setup_say(
		    setup, STEP, SETUP_FAILED, config->store, "%s", sentence);
		return;
	}
	if (key_file)
		setup_say(setup, "master key", SETUP_MADE, config->master_key,
		    "keep a copy elsewhere");
	setup_say(setup, STEP, SETUP_MADE, config->store, "%s", "");
	setup_say(setup, KEY_STEP, SETUP_MADE, config->algorithm, "%s", "");
}

static bool
exists(const char *path, const char *name)
{
	auto_str char *joined = NULL;
	struct stat status;

	if (asprintf(&joined, "%s%s", path, name) < 0) {
		joined = NULL;
		return false;
	}
	return lstat(joined, &status) == 0;
}

/* A credential that was there before is systemd's to decrypt. */
void
setup_store(struct setup *setup)
{
	const struct config *config = setup->config;
	bool key_file = exists(config->master_key, "");
	bool elsewhere = config->master_key_command != NULL || key_file ||
	    setup->master != NULL;

	if (exists(config->store, "/data.mdb"))
		setup_say(setup, STEP, SETUP_KEPT, config->store, "%s", "");
	else if (setup->dry_run) {
		setup_say(setup, STEP, SETUP_WANTED, config->store, "%s", "");
		setup_say(
		    setup, KEY_STEP, SETUP_WANTED, config->algorithm, "%s", "");
	} else if (!elsewhere && exists(setup->credential, ""))
		setup_say(setup, STEP, SETUP_LATER, config->store,
		    "systemctl start jwt-agent");
	else if (setup->worst != OK || setup->uid == (uid_t)-1)
		setup_say(setup, STEP, SETUP_LATER, config->store,
		    "first what failed above is to be mended");
	else
		make_and_say(setup, !elsewhere);
}
