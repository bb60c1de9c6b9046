/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/option_error.h"

#include <stdarg.h>
#include <stdio.h>

enum err
option_refuse(struct option_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return ERR_CONFIG;
}
