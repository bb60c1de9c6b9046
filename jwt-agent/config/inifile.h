/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_INIFILE_H
#define JWT_AGENT_CONFIG_INIFILE_H

/*
 * One INI file, read with libinih and held to what libinih lets pass in
 * silence: a line that it would cut, text behind a section's bracket, an
 * indented line (which would become part of the value above it), a section's
 * name that is too long for it, a NUL byte.
 */

#include "base/options.h"

/* Where and why; line 0: the file as a whole. */
struct inifile_error {
	unsigned line;
	struct option_error problem;
};

struct inifile_reader {
	/* Takes the header of a section; ERR_CONFIG with a sentence. */
	enum err (*open)(void *context, const char *section, unsigned line,
	    struct option_error *error);
	/* Takes one key of the section that was opened last; the same. */
	enum err (*set)(void *context, const char *name, const char *value,
	    unsigned line, struct option_error *error);
	void *context;
};

#define INIFILE_SECTION_MAX 49 /* bytes between the brackets */

/*
 * Gives headers and keys to the reader, up to the first that is refused.
 * ERR_NOT_FOUND when there is no such file, ERR_CONFIG with `error` filled
 * when it cannot be read or holds something that is refused.
 */
MUST_USE enum err inifile_read(const char *path,
    const struct inifile_reader *reader, struct inifile_error *error);

#endif
