/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SETUP_CREDENTIAL_H
#define JWT_AGENT_SETUP_CREDENTIAL_H

/*
 * The master key as a credential of systemd (systemd-creds(1)): encrypted with
 * the key of this machine's TPM and one that only root can read, decrypted by
 * systemd for the agent's unit alone.
 */

#include "base/secret.h"

/*
 * Encrypts the key, tries whether it can be decrypted again, and writes it,
 * mode 0600, in a folder that is made if it is missing. Never replaces a file.
 * ERR_NOT_FOUND where systemd has no such thing; ERR_IO, ERR_CRYPTO when it
 * comes back as something else, ERR_NO_MEMORY.
 */
MUST_USE enum err credential_write(const char *path, const struct secret *key);

#endif
