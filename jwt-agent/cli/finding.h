/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_FINDING_H
#define JWT_AGENT_CLI_FINDING_H

/*
 * What the doctor can find: one row each, with a name that never changes, what
 * it means and what to type. A @ stands for the file or the unit that it is
 * about. The manual has the same table; a test compares.
 */

/* Lines that refuse whoever came in by a token that does not stand, and nobody
 * else, also when there is no module. */
#define ACCOUNT_LINE                                                           \
	"account [success=ok new_authtok_reqd=ok ignore=ignore "               \
	"module_unknown=ignore default=bad] pam_jwt.so"
#define SESSION_LINE                                                           \
	"session [success=ok ignore=ignore module_unknown=ignore "             \
	"default=bad] pam_jwt.so"

/* clang-format off */
#define FINDINGS(F) \
F(CONFIG_INVALID,      "config-invalid",      FAULT,   "correct that line, then type: jwt-agent config check") \
F(CONFIG_WRITABLE,     "config-writable",     WARNING, "chmod go-w @") \
F(PACKAGE_BROKEN,      "package-half-configured", FAULT, "dpkg --configure -a && apt-get -f install") \
F(AGENT_MASKED,        "agent-masked",        FAULT,   "systemctl unmask @ && systemctl start @") \
F(AGENT_FAILING,       "agent-failing",       FAULT,   "journalctl -n 20 -u @") \
F(AGENT_STOPPED,       "agent-stopped",       FAULT,   "systemctl start @") \
F(AGENT_DISABLED,      "agent-disabled",      WARNING, "systemctl enable @") \
F(AGENT_SILENT,        "agent-silent",        FAULT,   "systemctl restart jwt-agent.service") \
F(SOCKET_MISSING,      "socket-missing",      FAULT,   "systemctl restart jwt-agent.socket jwt-agent.service") \
F(SOCKET_FOLDER_LOOSE, "socket-folder-loose", FAULT,   "chown _jwt-agent: @ && chmod 755 @") \
F(SOCKET_FOREIGN,      "socket-foreign",      FAULT,   "rm @ && systemctl restart jwt-agent.socket jwt-agent.service") \
F(STORE_MISSING,       "store-missing",       WARNING, "jwt-agent setup && systemctl start jwt-agent.service") \
F(STORE_FOREIGN,       "store-foreign",       FAULT,   "chown -R _jwt-agent: @") \
F(STORE_UNREADABLE,    "store-unreadable",    FAULT,   "chmod 700 @") \
F(STORE_LOOSE,         "store-loose",         WARNING, "chmod 700 @") \
F(STORE_NO_WRITES,     "store-no-writes",     FAULT,   "journalctl -u jwt-agent -g store-outage; df @; dmesg | tail") \
F(STORE_READ_ONLY,     "store-read-only",     FAULT,   "findmnt -T @; dmesg | tail") \
F(STORE_NEWER,         "store-newer",         FAULT,   "install the newer jwt-agent again: apt-cache policy jwt-agent; or restore a backup of this one: jwt-agent store restore FILE") \
F(STORE_DAMAGED,       "store-damaged",       FAULT,   "jwt-agent store check; jwt-agent store restore FILE") \
F(DISK_FULL,           "disk-full",           FAULT,   "df -h @; journalctl --vacuum-size=100M; apt-get clean") \
F(DISK_LOW,            "disk-low",            WARNING, "df -h @") \
F(MASTER_KEY_MISSING,  "master-key-missing",  FAULT,   "restore @ from where it was kept: no other key opens the store") \
F(MASTER_KEY_FOREIGN,  "master-key-foreign",  FAULT,   "chown _jwt-agent: @") \
F(MASTER_KEY_LOOSE,    "master-key-loose",    FAULT,   "chmod 600 @") \
F(MASTER_KEY_WRONG,    "master-key-wrong",    FAULT,   "restore the right key as @") \
F(PAM_UNREADABLE,      "pam-unreadable",      FAULT,   "ls -ld @") \
F(PAM_LINE_INVALID,    "pam-line-invalid",    FAULT,   "correct that line: libpam refuses the whole service") \
F(PAM_UNUSED,          "pam-unused",          WARNING, "pam-auth-update --enable jwt-observe, or see the examples of pam_jwt(8)") \
F(PAM_LOCKS_OUT,       "pam-locks-out",       FAULT,   "in @ write: auth sufficient pam_jwt.so, and the password modules below it") \
F(PAM_BELOW_DENY,      "pam-below-deny",      FAULT,   "in @ move the line with pam_jwt.so above the password modules") \
F(PAM_JUMP_WRONG,      "pam-jump-wrong",      FAULT,   "in @ correct how many lines success=N jumps over") \
F(PAM_NOT_ENOUGH,      "pam-not-enough",      WARNING, "in @ write: auth sufficient pam_jwt.so, if a token shall do") \
F(PAM_OPEN,            "pam-open",            FAULT,   "in @ end the auth lines with: auth required pam_deny.so") \
F(PAM_ASKS_TWICE,      "pam-asks-twice",      WARNING, "in @ add try_first_pass to the password module below pam_jwt.so") \
F(PAM_NO_ACCOUNT,      "pam-no-account",      FAULT,   "in @ write above the other account lines: " ACCOUNT_LINE) \
F(PAM_ACCOUNT_BYPASS,  "pam-account-bypass",  WARNING, "in @ write: " ACCOUNT_LINE) \
F(PAM_ACCOUNT_LOCKS,   "pam-account-locks-out", FAULT, "in @ write: " ACCOUNT_LINE) \
F(PAM_NO_SESSION,      "pam-no-session",      WARNING, "in @ write: " SESSION_LINE) \
F(PAM_SESSION_LOCKS,   "pam-session-locks-out", FAULT, "in @ write: " SESSION_LINE) \
F(PAM_OBSERVES,        "pam-observes",        WARNING, "in @ take out the line with observe, or: pam-auth-update --disable jwt-observe") \
F(PAM_NEEDS_FILE,      "pam-needs-file",      WARNING, "in @ add module_unknown=ignore or default=ignore to the lines with pam_jwt.so") \
F(MODULE_MISSING,      "module-missing",      FAULT,   "apt-get install --reinstall libpam-jwt") \
F(MODULE_BROKEN,       "module-broken",       FAULT,   "apt-get install --reinstall libpam-jwt") \
F(MODULE_WRITABLE,     "module-writable",     FAULT,   "chown root: @ && chmod 644 @") \
F(SSHD_NO_PAM,         "sshd-no-pam",         FAULT,   "in @ write: UsePAM yes, then type: systemctl reload ssh") \
F(SSHD_NO_PROMPT,      "sshd-no-prompt",      FAULT,   "in @ write: KbdInteractiveAuthentication yes, then type: systemctl reload ssh") \
F(SSHD_UNREADABLE,     "sshd-unreadable",     WARNING, "sshd -t") \
F(CLOCK_WRONG,         "clock-wrong",         FAULT,   "timedatectl status; date") \
F(CLOCK_JUMPED,        "clock-jumped",        WARNING, "timedatectl status; date") \
F(CLOCK_ALONE,         "clock-unsynchronised", WARNING, "timedatectl set-ntp true")
/* clang-format on */

enum finding_result {
	RESULT_OK,
	RESULT_SKIPPED, /* not checked, and why */
	RESULT_WARNING,
	RESULT_FAULT,
};

enum finding {
#define F(id, name, result, next) FOUND_##id,
	FINDINGS(F)
#undef F
	FINDING_COUNT
};

const char *finding_name(enum finding finding);
enum finding_result finding_result(enum finding finding);
/* ok, not checked, warning, fault */
const char *finding_result_name(enum finding_result result);

/* What to type about `object`, to be freed; NULL without memory. */
char *finding_next(enum finding finding, const char *object);

#endif
