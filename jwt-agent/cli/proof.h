/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_PROOF_H
#define JWT_AGENT_CLI_PROOF_H

/*
 * A device's key in files: its public half, which it is enrolled with, and its
 * private one, which makes a proof (verify/proof.h) for each refresh. What
 * fails has been said on stderr.
 */

#include "base/fields.h"
#include "jwt-agent/cli/command.h"

/* The file of the private key for askpass, whose only argument is a prompt. */
#define PROOF_KEY_VARIABLE "JWT_AGENT_KEY_FILE"

/* A public key, a JWK or PEM, as a JWK. */
MUST_USE enum err
proof_read_public(const struct call *call, const char *path, json_t **jwk);

/* A proof for a refresh by the private key that the call or the environment
 * names; NULL where none does. The file must be its user's alone. */
MUST_USE enum err proof_make(const struct call *call, struct secret **proof);

#endif
