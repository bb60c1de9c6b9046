/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_CODE_H
#define PAM_JWT_CODE_H

/*
 * What PAM is told, by phase. The columns `auth`, `acct` and `session` of
 * the error table say it; setcred and chauthtok, which have codes of their
 * own, are derived from `auth`. OK is PAM_SUCCESS everywhere, and no other
 * row is PAM_SUCCESS or PAM_IGNORE anywhere.
 */

#include "base/err.h"

int code_auth(enum err err);
int code_account(enum err err);

/* open_session and close_session. */
int code_session(enum err err);

/* setcred: CRED_EXPIRED, CRED_UNAVAIL, USER_UNKNOWN or CRED_ERR. */
int code_credential(enum err err);

/* chauthtok: USER_UNKNOWN or AUTHTOK_ERR. */
int code_change(enum err err);

/* chauthtok's preliminary check: AUTHTOK_LOCK_BUSY or TRY_AGAIN. */
int code_change_check(enum err err);

#endif
