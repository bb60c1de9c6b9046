/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_SHAPE_H
#define PAM_JWT_SHAPE_H

/*
 * What an answer looks like. One prompt serves token and password, and only
 * what looks like a token or a login code may leave the process.
 *
 * The parts of a long token end in ANSWER_MORE (base/prompt.h), which is not
 * in the base64url alphabet: no token ends in it.
 */

#include <stdbool.h>
#include <stddef.h>

enum shape {
	SHAPE_OTHER, /* a password, or anything else */
	SHAPE_PART,  /* a piece of a token, with more to come */
	SHAPE_TOKEN, /* a token, or its last piece */
	SHAPE_CODE,  /* a login code; it could be a password all the same */
};

/*
 * A first answer. A token begins "eyJ" (base64url of `{"`, RFC 7515 section
 * 3.1), is base64url and dots, and has a dot or the size of a cut answer; a
 * part needs no dot yet. A login code is grouped as it was shown
 * (base/logincode.h).
 */
enum shape shape_of_first(const char *answer);

/* An answer to the prompt for the next part. */
enum shape shape_of_next(const char *answer);

/* "jr1_" and base64url. */
bool shape_is_refresh_token(const char *answer);

/*
 * The size at which clients cut an answer when this one has it, else 0: 1023
 * for ssh(1), 511 for programs that use Linux-PAM's PAM_MAX_RESP_SIZE.
 */
size_t shape_cut(const char *answer);

#endif
