/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_MESSAGE_H
#define VARLINK_MESSAGE_H

/*
 * The three messages of Varlink (varlink.org, "Protocol"): a call, a reply
 * and an error, which is a reply with a name.
 */

#include "base/fields.h"

#define MESSAGE_DEPTH_MAX 16

#define CALL_MESSAGE(F)                                                        \
	F(str, method)                                                         \
	F(opt_object, parameters)                                              \
	F(opt_flag, more)                                                      \
	F(opt_flag, oneway)                                                    \
	F(opt_flag, upgrade)
DECLARE_FIELDS(call_message, CALL_MESSAGE)

#define REPLY_MESSAGE(F)                                                       \
	F(opt_object, parameters)                                              \
	F(opt_flag, continues)                                                 \
	F(opt_str, error)
DECLARE_FIELDS(reply_message, REPLY_MESSAGE)

/*
 * Reads one message. What is not UTF-8, not JSON, too deep, or has a member
 * twice is ERR_INVALID_MESSAGE with `error` saying so; a member that is
 * unknown, missing or mistyped is the same, and named.
 */
MUST_USE enum err message_read(const struct fields *fields, const char *text,
    size_t size, void *message, struct field_error *error);

/* A reply with these parameters (borrowed; NULL: none). */
MUST_USE enum err
message_reply(json_t *parameters, bool continues, json_t **out);

/*
 * An error: its wire name, `message` for people, and for the errors of
 * org.varlink.service the member they want (`subject`: the parameter, method
 * or interface). NULL leaves out.
 */
MUST_USE enum err message_error(
    enum err err, const char *message, const char *subject, json_t **out);

/* ERR_INVALID_PARAMETER and what the reader said as one sentence. */
void message_describe(const struct field_error *error, char *text, size_t size);

#endif
