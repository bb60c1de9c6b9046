/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/error.h"

#include <stdarg.h>
#include <stdio.h>

enum err
store_refuse(struct store_error *why, enum err e, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why->text, sizeof(why->text), format, arguments);
	va_end(arguments);
	return e;
}
