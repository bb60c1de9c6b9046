/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/command.h"

#include <string.h>

#define JSON CLI_BIT(JSON)
#define USER CLI_BIT(USER)
#define REASON CLI_BIT(REASON)
/* Which events of the audit. */
#define EVENTS                                                                 \
	(USER | REASON | CLI_BIT(DEVICE) | CLI_BIT(SESSION) |                  \
	    CLI_BIT(SERVICE) | CLI_BIT(RHOST) | CLI_BIT(EVENT) |               \
	    CLI_BIT(OUTCOME))

static const struct command commands[] = {
    {"serve", NULL, NULL, 0, 0, "run the agent in the foreground", cli_serve},
    {"status", NULL, NULL, 0, JSON,
	"show what the running agent says of itself", cli_status},
    {"device", "enroll", NULL, 0,
	USER | CLI_BIT(NAME) | CLI_BIT(CLAIM) | CLI_BIT(REFRESH_FILE) |
	    CLI_BIT(AGAIN) | CLI_BIT(KEY) | JSON,
	"enrol a device and get its first tokens", cli_device_enroll},
    {"device", "list", NULL, 0, USER | JSON, "list devices", cli_device_list},
    {"device", "show", "DEVICE", 0, JSON, "show one device", cli_device_show},
    {"device", "revoke", "DEVICE", 0, REASON | JSON,
	"revoke a device and end its sessions", cli_device_revoke},
    {"device", "restore", "DEVICE", 0, JSON, "undo a revoke for tokens to come",
	cli_device_restore},
    {"device", "rename", "DEVICE NAME", 0, JSON, "give a device another name",
	cli_device_rename},
    {"session", "list", NULL, 0, USER | CLI_BIT(ALL) | CLI_BIT(WATCH) | JSON,
	"list who is logged in", cli_session_list},
    {"session", "show", "SESSION", 0, JSON, "show one session",
	cli_session_show},
    {"session", "terminate", "[SESSION]", 0,
	USER | REASON | CLI_BIT(DEVICE) | JSON,
	"end one session, or all of a device or user", cli_session_terminate},
    {"user", "show", "USER", 0, JSON,
	"show a user's devices, sessions and logouts", cli_user_show},
    {"user", "set", "USER [NAME=VALUE...]", 0, CLI_BIT(UNSET) | JSON,
	"set attributes of a user, from which claims are made", cli_user_set},
    {"user", "refresh", "[USER]", 0,
	CLI_BIT(OUTDATED) | CLI_BIT(ALL) | CLI_BIT(DRY_RUN) | CLI_BIT(QUIET) |
	    JSON,
	"ask that tokens are renewed with the newest claims", cli_user_refresh},
    {"user", "logout", "[USER]", 0, CLI_BIT(ALL) | REASON | CLI_BIT(YES) | JSON,
	"revoke every token and end every session of a user or of all",
	cli_user_logout},
    {"user", "forget", "[USER]", 0, CLI_BIT(UID) | CLI_BIT(YES) | JSON,
	"remove everything of a person from the store", cli_user_forget},
    {"token", "refresh", NULL, 0, CLI_BIT(FILE) | CLI_BIT(KEY) | JSON,
	"exchange a refresh token for new tokens", cli_token_refresh},
    {"token", "explain", NULL, USER | CLI_BIT(SERVICE), CLI_BIT(RHOST) | JSON,
	"say why a token would be accepted or refused", cli_token_explain},
    {"token", "revoke", NULL, 0, CLI_BIT(JTI) | CLI_BIT(ISSUER) | REASON | JSON,
	"revoke a token, or a refresh token with its family", cli_token_revoke},
    {"issuer", "list", NULL, 0, JSON, "list whose tokens are accepted",
	cli_issuer_list},
    {"issuer", "show", "ISSUER", 0, JSON, "show one issuer and its keys",
	cli_issuer_show},
    {"issuer", "refresh", "ISSUER", 0, JSON, "get an issuer's keys again",
	cli_issuer_refresh},
    {"issuer", "revoke", "ISSUER", 0, REASON | JSON,
	"revoke every token of an issuer", cli_issuer_revoke},
    {"jws", "verify", NULL, CLI_BIT(JWK), CLI_BIT(ALG),
	"check the signature of a signed text and print what it says",
	cli_jws_verify},
    {"key", "list", NULL, 0, JSON, "list the keys and what becomes of them",
	cli_key_list},
    {"key", "rotate", NULL, 0, CLI_BIT(NOW) | JSON, "make a new signing key",
	cli_key_rotate},
    {"key", "rotate-data", NULL, 0, JSON,
	"make a new data key and seal the store with it", cli_key_rotate_data},
    {"key", "rotate-master", NULL, 0, CLI_BIT(NEW_KEY_FILE) | JSON,
	"wrap the data keys under a new master key", cli_key_rotate_master},
    {"key", "jwks", NULL, 0, JSON, "print the public keys as a JWK Set",
	cli_key_jwks},
    {"flag", "set", "FLAG on|off|N%|default|+USER|-USER", 0,
	CLI_BIT(FOR) | JSON, "switch something for all, some or one",
	cli_flag_set},
    {"flag", "list", NULL, 0, CLI_BIT(FOR) | JSON,
	"show what is switched on, for whom and why", cli_flag_list},
    {"rollout", "status", NULL, 0, JSON, "show how far a change is",
	cli_rollout_status},
    {"rollout", "undo", NULL, 0, JSON, "put back what was switched last",
	cli_rollout_undo},
    {"config", "check", NULL, 0, JSON, "check the configuration",
	cli_config_check},
    {"config", "show", NULL, 0, JSON, "show the configuration in effect",
	cli_config_show},
    {"alert", "list", NULL, 0, JSON, "show what is watched and what fires",
	cli_alert_list},
    {"alert", "test", "ALERT", 0, JSON, "send a test on the way of this alert",
	cli_alert_test},
    {"audit", "list", NULL, 0,
	EVENTS | CLI_BIT(LIMIT) | CLI_BIT(SINCE) | CLI_BIT(UNTIL) |
	    CLI_BIT(FOLLOW) | JSON,
	"list the newest audit events", cli_audit_list},
    {"audit", "verify", NULL, 0, CLI_BIT(HEAD) | JSON,
	"say whether the audit is as it was written", cli_audit_verify},
    {"audit", "head", NULL, 0, JSON,
	"print a signed head of the audit, to be kept elsewhere",
	cli_audit_head},
    {"metrics", NULL, "[FILE]", 0, JSON,
	"print what the agent counts and measures, for Prometheus",
	cli_metrics},
    {"monitor", NULL, NULL, 0, EVENTS | CLI_BIT(ALERTS) | CLI_BIT(EXEC) | JSON,
	"show events as they happen", cli_monitor},
    {"report", NULL, NULL, 0, CLI_BIT(SINCE) | JSON,
	"tell what the last week was like", cli_report},
    {"store", "check", NULL, 0, JSON,
	"read the whole store and say what is wrong with it", cli_store_check},
    {"store", "backup", "FILE", 0, CLI_BIT(FORCE) | CLI_BIT(QUIET) | JSON,
	"copy the store into one file, beside the running agent",
	cli_store_backup},
    {"store", "restore", "FILE", 0,
	CLI_BIT(DRY_RUN) | CLI_BIT(REVOKE_TOKENS) | CLI_BIT(QUIET) | JSON,
	"check a backup and put it in the store's place", cli_store_restore},
    {"store", "export", NULL, 0,
	CLI_BIT(DEVICES) | CLI_BIT(USERS) | CLI_BIT(SESSIONS),
	"print users, devices and sessions as lines of JSON", cli_store_export},
    {"store", "import", "FILE", 0, CLI_BIT(DRY_RUN) | JSON,
	"take in lines of JSON from another system", cli_store_import},
    {"store", "migrate", NULL, 0,
	CLI_BIT(TO) | CLI_BIT(DRY_RUN) | CLI_BIT(YES) | CLI_BIT(NO_BACKUP) |
	    CLI_BIT(QUIET) | JSON,
	"take the store to another schema, while the agent is stopped",
	cli_store_migrate},
    {"store", "stats", NULL, 0, JSON, "count what is in the store",
	cli_store_stats},
    {"upkeep", "list", NULL, 0, JSON,
	"list the jobs of the upkeep and when they were done", cli_upkeep_list},
    {"upkeep", "run", "[JOB]", 0, CLI_BIT(DUE),
	"do one job of the upkeep now, or what is due", cli_upkeep_run},
    {"askpass", NULL, "PROMPT", 0, 0, "answer a token prompt for ssh(1)",
	cli_askpass},
    {"doctor", NULL, NULL, 0,
	CLI_BIT(PAM_DIR) | CLI_BIT(SSHD_CONFIG) | CLI_BIT(ROOT) | JSON,
	"look for what would lock people out", cli_doctor},
    {"setup", NULL, NULL, 0, CLI_BIT(DRY_RUN) | JSON,
	"make what is missing: user, folders, keys", cli_setup},
    {"completion", "bash", NULL, 0, 0, "print completion for bash(1)",
	cli_completion_bash},
    {"code", "new", NULL, 0,
	USER | CLI_BIT(SERVICE) | CLI_BIT(RHOST) | CLI_BIT(TTL) | JSON,
	"make a code that logs in once", cli_code_new},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(*commands))

const struct command *
command_table(size_t *count)
{
	*count = COMMAND_COUNT;
	return commands;
}

static bool
same_verb(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return left == right;
	return strcmp(left, right) == 0;
}

const struct command *
command_find(const char *noun, const char *verb)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].noun, noun) == 0 &&
		    same_verb(commands[i].verb, verb))
			return &commands[i];
	return NULL;
}

bool
command_has_noun(const char *noun)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].noun, noun) == 0)
			return true;
	return false;
}
