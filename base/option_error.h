/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_OPTION_ERROR_H
#define BASE_OPTION_ERROR_H

/* Why something that was configured is refused. */

#include "base/err.h"

struct option_error {
	char text[256]; /* a sentence */
};

/* Fills the sentence; always ERR_CONFIG. */
__attribute__((format(printf, 2, 3))) enum err
option_refuse(struct option_error *error, const char *format, ...);

#endif
