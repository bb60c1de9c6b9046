/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_LOGIN_PARTS_H
#define JWT_AGENT_SERVICE_LOGIN_PARTS_H

/*
 * What login.c, which lets in, and login_session.c, which has what comes after
 * that, share. Nobody else includes this.
 */

#include "jwt-agent/service/login.h"

/* Notes in the event whom the call is about, and from where. */
void login_note(struct call *call, const char *user, int64_t uid,
    const char *service, const char *rhost, const char *tty);

#endif
