/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_INTERFACES_H
#define VARLINK_INTERFACES_H

/* The interface files, word for word, for GetInterfaceDescription. The table
 * is made from varlink/ *.varlink when the tree is built. */

#include <stddef.h>

struct interface {
	const char *name;
	const char *description;
};

extern const struct interface interfaces[];
extern const size_t interface_count;

#endif
