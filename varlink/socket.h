/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_SOCKET_H
#define VARLINK_SOCKET_H

/* Where the agent listens and who it is, unless configured otherwise: the one
 * place for module, daemon and command. */
#define DEFAULT_SOCKET "/run/jwt-agent/io.jwtagent"
#define DEFAULT_FETCHER "/run/jwt-agent/fetcher"
#define DEFAULT_AGENT_USER "_jwt-agent"

#endif
