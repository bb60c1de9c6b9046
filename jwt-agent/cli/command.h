/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_COMMAND_H
#define JWT_AGENT_CLI_COMMAND_H

/*
 * The table of commands, and one call of a command. A new command is one row
 * in command.c and one function; --help, completion and the check of the
 * manual page's synopsis come from the row.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "jwt-agent/cli/cli.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALL_CLAIMS_MAX 64

enum cli_option {
	CLI_CONFIG,
	CLI_HELP,
	CLI_VERSION,
	CLI_USER,
	CLI_NAME,
	CLI_CLAIM,
	CLI_REFRESH_FILE,
	CLI_REASON,
	CLI_ALL,
	CLI_FILE,
	CLI_SERVICE,
	CLI_RHOST,
	CLI_LIMIT,
	CLI_PAM_DIR,
	CLI_SSHD_CONFIG,
	CLI_ROOT,
	CLI_JWK,
	CLI_ALG,
	CLI_DEVICE,
	CLI_JTI,
	CLI_ISSUER,
	CLI_WATCH,
	CLI_YES,
	CLI_TTL,
	CLI_AGAIN,
	CLI_KEY,
	CLI_DRY_RUN,
	CLI_FORCE,
	CLI_QUIET,
	CLI_REVOKE_TOKENS,
	CLI_UID,
	CLI_FOLLOW,
	CLI_SINCE,
	CLI_UNTIL,
	CLI_SESSION,
	CLI_EVENT,
	CLI_OUTCOME,
	CLI_HEAD,
	CLI_DEVICES,
	CLI_USERS,
	CLI_SESSIONS,
	CLI_NOW,
	CLI_NEW_KEY_FILE,
	CLI_TO,
	CLI_NO_BACKUP,
	CLI_DUE,
	CLI_ALERTS,
	CLI_EXEC,
	CLI_FOR,
	CLI_UNSET,
	CLI_OUTDATED,
	CLI_JSON,
	CLI_OPTION_COUNT
};

#define CLI_BIT_OF(number) (UINT64_C(1) << (number))
#define CLI_BIT(option) CLI_BIT_OF(CLI_##option)

_Static_assert(CLI_OPTION_COUNT <= 64, "a bit for each option");

struct call;

struct command {
	const char *noun;
	const char *verb; /* NULL: the noun alone */
	/* what it is called, in brackets if it may be absent; two of them: with
	 * a blank between, the second several times if ... follows it; NULL:
	 * takes none */
	const char *argument;
	uint64_t needs; /* CLI_BIT()s of options it cannot do without */
	uint64_t takes; /* and of those it takes beside them */
	const char *help;
	int (*run)(const struct call *call); /* the exit code */
};

struct call {
	const struct cli_program *program;
	const struct command *command;
	char *argument;
	char *second;			/* argument */
	char *option[CLI_OPTION_COUNT]; /* NULL: not given; a flag: "" */
	/* every --claim; every word of an argument that may be several */
	char *claim[CALL_CLAIMS_MAX];
	size_t claims;
};

static inline bool
call_has(const struct call *call, enum cli_option option)
{
	return call->option[option] != NULL;
}

const struct command *command_table(size_t *count);

/* The row, NULL when there is none; `verb` may be NULL. */
const struct command *command_find(const char *noun, const char *verb);

/* Whether any row has this noun. */
bool command_has_noun(const char *noun);

int cli_alert_list(const struct call *call);
int cli_alert_test(const struct call *call);
int cli_askpass(const struct call *call);
int cli_audit_list(const struct call *call);
int cli_audit_verify(const struct call *call);
int cli_audit_head(const struct call *call);
int cli_monitor(const struct call *call);
int cli_code_new(const struct call *call);
int cli_store_export(const struct call *call);
int cli_store_import(const struct call *call);
int cli_store_check(const struct call *call);
int cli_completion_bash(const struct call *call);
int cli_config_check(const struct call *call);
int cli_config_show(const struct call *call);
int cli_device_enroll(const struct call *call);
int cli_device_list(const struct call *call);
int cli_device_restore(const struct call *call);
int cli_device_rename(const struct call *call);
int cli_device_revoke(const struct call *call);
int cli_device_show(const struct call *call);
int cli_doctor(const struct call *call);
int cli_flag_list(const struct call *call);
int cli_flag_set(const struct call *call);
int cli_rollout_status(const struct call *call);
int cli_rollout_undo(const struct call *call);
int cli_issuer_list(const struct call *call);
int cli_issuer_refresh(const struct call *call);
int cli_issuer_revoke(const struct call *call);
int cli_issuer_show(const struct call *call);
int cli_jws_verify(const struct call *call);
int cli_key_jwks(const struct call *call);
int cli_key_list(const struct call *call);
int cli_key_rotate(const struct call *call);
int cli_key_rotate_data(const struct call *call);
int cli_key_rotate_master(const struct call *call);
int cli_report(const struct call *call);
int cli_serve(const struct call *call);
int cli_metrics(const struct call *call);
int cli_session_list(const struct call *call);
int cli_session_show(const struct call *call);
int cli_session_terminate(const struct call *call);
int cli_setup(const struct call *call);
int cli_status(const struct call *call);
int cli_store_backup(const struct call *call);
int cli_store_restore(const struct call *call);
int cli_store_migrate(const struct call *call);
int cli_store_stats(const struct call *call);
int cli_token_explain(const struct call *call);
int cli_token_refresh(const struct call *call);
int cli_token_revoke(const struct call *call);
int cli_upkeep_list(const struct call *call);
int cli_upkeep_run(const struct call *call);
int cli_user_forget(const struct call *call);
int cli_user_logout(const struct call *call);
int cli_user_refresh(const struct call *call);
int cli_user_set(const struct call *call);
int cli_user_show(const struct call *call);

#endif
