/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_QR_H
#define JWT_AGENT_CLI_QR_H

/*
 * A QR picture (ISO/IEC 18004) of a short text, in half blocks of UTF-8: two
 * rows of it in one line. What is light is drawn; with `colours` light is
 * white and dark is black whatever the terminal's own are.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

#define QR_MARGIN 4 /* modules around it, which readers need */

/* ERR_NO_MEMORY, ERR_IO; ERR_INTERNAL for a text that is too long. */
MUST_USE enum err qr_draw(FILE *out, const char *text, bool colours);

#endif
