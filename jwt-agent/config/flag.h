/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_FLAG_H
#define JWT_AGENT_CONFIG_FLAG_H

/*
 * What can be switched while the agent runs, for everybody, for a share of the
 * users or for one: a new flag is a row here. A flag's state is a percentage;
 * off is 0 and on is 100. The built-in default is what an agent does that
 * knows of no flags.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name, built-in default in percent, what it is about, what off means */
#define FLAGS(F)                                                               \
	F(TOKEN_LOGIN, "token_login", 100, "logins by token and login code",   \
	    "the module stands aside, and the stack goes on with the "         \
	    "password")                                                        \
	F(REFRESH_ROTATION, "refresh_rotation", 100,                           \
	    "a new refresh token with each refresh",                           \
	    "the same refresh token again, and no reuse is detected")          \
	F(SESSION_TRACKING, "session_tracking", 100,                           \
	    "a record of each session, by which it can be ended",              \
	    "logins leave no session, and no revoke ends them")                \
	F(DEVICE_FINGERPRINT, "device_fingerprint", 100,                       \
	    "fingerprints of devices, which tell of a copied token",           \
	    "fingerprints are neither compared nor kept")                      \
	F(DEVICE_KEY_REQUIRED, "device_key_required", 0,                       \
	    "every device has to have a key",                                  \
	    "devices without a key are served, too")                           \
	F(CLAIMS_BACKFILL, "claims_backfill", 100,                             \
	    "a refresh writes claims that came later",                         \
	    "a refresh writes the claims of the enrolment")

#define FLAG_NAMES                                                             \
	"token_login, refresh_rotation, session_tracking, "                    \
	"device_fingerprint, device_key_required and claims_backfill"

enum flag {
#define F(id, ...) FLAG_##id,
	FLAGS(F)
#undef F
	FLAG_COUNT
};

/* Where a flag's state comes from. */
#define FLAG_WHY_OVERRIDE "override"
#define FLAG_WHY_SET "set"
#define FLAG_WHY_CONFIGURED "configured"
#define FLAG_WHY_BUILT_IN "built-in"

#define FLAG_ON 100
#define FLAG_OFF 0
#define FLAG_STATE_SIZE sizeof("100%")

const char *flag_name(enum flag flag);
const char *flag_help(enum flag flag);
const char *flag_off_means(enum flag flag);

/* False when no flag has this name. */
bool flag_find(const char *name, enum flag *out);

/* "on", "off" or a whole number from 0 to 100 and a percent sign. */
bool flag_state_read(const char *text, int64_t *percent);
void flag_state_write(int64_t percent, char text[FLAG_STATE_SIZE]);

#endif
