/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_AUTOFREE_H
#define BASE_AUTOFREE_H

/*
 * Cleanup by scope. `auto_free(secret) struct secret *token = NULL;` frees
 * the object on every way out; TAKE(token) hands it over instead. A type
 * takes part by `DEFINE_AUTO_FREE(secret)` beside its secret_free().
 */

#include <stdlib.h>
#include <unistd.h>

#define auto_free(type) __attribute__((cleanup(type##_auto_free)))
#define auto_clear(type) __attribute__((cleanup(type##_clear)))
#define auto_str __attribute__((cleanup(str_auto_free)))
#define auto_fd __attribute__((cleanup(fd_auto_close)))

#define DEFINE_AUTO_FREE(type)                                                 \
	static inline void type##_auto_free(struct type **object)              \
	{                                                                      \
		type##_free(*object);                                          \
	}

#define TAKE(object)                                                           \
	({                                                                     \
		__typeof__(object) *take_from = &(object);                     \
		__typeof__(object) taken = *take_from;                         \
		*take_from = NULL;                                             \
		taken;                                                         \
	})

#define TAKE_FD(fd)                                                            \
	({                                                                     \
		int *take_from = &(fd);                                        \
		int taken = *take_from;                                        \
		*take_from = -1;                                               \
		taken;                                                         \
	})

#define MUST_USE __attribute__((warn_unused_result))

static inline void
str_auto_free(char **str)
{
	free(*str);
}

static inline void
fd_auto_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
