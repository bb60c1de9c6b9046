/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/setup/setup.h"

#include "jwt-agent/setup/credential.h"
#include "lmdb-store/masterkey.h"

#include <stdarg.h>
#include <stdio.h>

#define NOTE_MAX 512

static const char *const outcomes[] = {
    [SETUP_KEPT] = "kept",
    [SETUP_MADE] = "made",
    [SETUP_WANTED] = "would be made",
    [SETUP_LATER] = "left to the agent",
    [SETUP_FAILED] = "failed",
};

void
setup_say(struct setup *setup, const char *step, enum setup_outcome outcome,
    const char *object, const char *format, ...)
{
	char note[NOTE_MAX];
	json_t *line;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(note, sizeof(note), format, arguments);
	va_end(arguments);
	if (outcome == SETUP_FAILED && setup->worst == OK)
		setup->worst = ERR_IO;
	line = json_pack("{ss ss ss ss}", "step", step, "outcome",
	    outcomes[outcome], "object", object, "note", note);
	if (line == NULL || json_array_append_new(setup->steps, line) != 0)
		setup->worst = ERR_NO_MEMORY;
}

enum err
setup_run(const struct config *config, bool dry_run, json_t **steps)
{
	struct setup setup = {
	    .config = config,
	    .dry_run = dry_run,
	    .credential = MASTERKEY_SYSTEMD_FILE,
	    .uid = (uid_t)-1,
	    .gid = (gid_t)-1,
	    .steps = json_array(),
	};

	if (setup.steps == NULL)
		return ERR_NO_MEMORY;
	*steps = setup.steps;
	if (!dry_run && geteuid() != 0)
		return ERR_PERMISSION_DENIED;
	setup_account(&setup);
	setup_places(&setup);
	setup_master_key(&setup);
	setup_store(&setup);
	secret_free(setup.master);
	return setup.worst;
}
