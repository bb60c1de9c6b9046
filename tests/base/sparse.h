/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_BASE_SPARSE_H
#define TESTS_BASE_SPARSE_H

/*
 * Under valgrind everything takes forty times as long: ci/valgrind sets
 * SPARSE_TESTS, and what is done very often, though each time reads and writes
 * the same memory, is done less often then.
 */

#include <stdbool.h>
#include <stdlib.h>

static inline bool
is_sparse(void)
{
	return getenv("SPARSE_TESTS") != NULL;
}

/* How often, of so many times. */
static inline int
sparse(int times)
{
	return is_sparse() ? (times + 9) / 10 : times;
}

#endif
