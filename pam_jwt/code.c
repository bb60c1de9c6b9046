/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/code.h"

#include <security/pam_modules.h>

struct code {
	int auth, account, session;
};

static const struct code codes[ERR_COUNT] = {
    [OK] = {PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS},
#define E(id, wire, class, shown, commit, auth, account, session, exit, text)  \
	[ERR_##id] = {PAM_##auth, PAM_##account, PAM_##session},
    ERRORS(E)
#undef E
};

int
code_auth(enum err err)
{
	return codes[err].auth;
}

int
code_account(enum err err)
{
	return codes[err].account;
}

int
code_session(enum err err)
{
	return codes[err].session;
}

int
code_credential(enum err err)
{
	switch (code_auth(err)) {
	case PAM_SUCCESS:
		return PAM_SUCCESS;
	case PAM_CRED_EXPIRED:
		return PAM_CRED_EXPIRED;
	case PAM_AUTHINFO_UNAVAIL:
		return PAM_CRED_UNAVAIL;
	case PAM_USER_UNKNOWN:
		return PAM_USER_UNKNOWN;
	default:
		return PAM_CRED_ERR;
	}
}

int
code_change(enum err err)
{
	switch (code_auth(err)) {
	case PAM_SUCCESS:
		return PAM_SUCCESS;
	case PAM_USER_UNKNOWN:
		return PAM_USER_UNKNOWN;
	default:
		return PAM_AUTHTOK_ERR;
	}
}

int
code_change_check(enum err err)
{
	switch (err) {
	case OK:
		return PAM_SUCCESS;
	case ERR_BUSY:
		return PAM_AUTHTOK_LOCK_BUSY;
	default:
		return PAM_TRY_AGAIN;
	}
}
