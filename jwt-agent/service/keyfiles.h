/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_KEYFILES_H
#define JWT_AGENT_SERVICE_KEYFILES_H

/*
 * The files that an issuer's keys are in. They may be replaced while the
 * agent runs: whoever asks for keys looks whether they changed.
 */

#include "base/options.h"
#include "base/secret.h"
#include "base/texts.h"
#include "jwt-agent/verify/keyset.h"

struct keyfiles;

/* `paths` outlives the files. ERR_NO_MEMORY. */
MUST_USE enum err
keyfiles_new(struct keyfiles **out, const struct texts *paths);
void keyfiles_free(struct keyfiles *files);
DEFINE_AUTO_FREE(keyfiles)

/* Whether a file is another one than it was when it was read. */
bool keyfiles_changed(const struct keyfiles *files);

/* Reads the keys of all files; ERR_CONFIG with a sentence, and `out` is not
 * touched, when one of them holds none or others than root and the agent can
 * write it. What was seen counts as read in either case. */
MUST_USE enum err keyfiles_read(struct keyfiles *files, uint32_t algorithms,
    struct keyset *out, struct option_error *why);

/* A shared secret: the file's bytes without one newline at their end. Nobody
 * but its owner may read the file. ERR_CONFIG with a sentence. */
MUST_USE enum err
keyfile_secret(const char *path, struct secret **out, struct option_error *why);

#endif
