/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

/*
 * Declare once: a message or a stored record is one field list,
 *
 *	#define REFRESH_REQUEST(F) \
 *		F(secret, token) \
 *		F(opt_str, device_proof)
 *	DECLARE_FIELDS(refresh_request, REFRESH_REQUEST)
 *
 * and in one .c file DEFINE_FIELDS(refresh_request, REFRESH_REQUEST). From
 * it come the struct, its table, decoding, encoding and clearing.
 *
 * kind         member           JSON, when absent
 * str          char *           string of at most FIELD_STR_MAX bytes
 * opt_str      char *           the same, NULL
 * secret       struct secret *  string of at most FIELD_SECRET_MAX bytes
 * opt_secret   struct secret *  the same, NULL
 * num          int64_t          whole number
 * opt_num      int64_t          the same, 0
 * flag         bool             true or false
 * opt_flag     bool             the same, false
 * object       json_t *         object
 * opt_object   json_t *         the same, NULL
 * list         json_t *         array
 * opt_list     json_t *         the same, NULL
 * strs         json_t *         array of strings
 *
 * An absent optional member and JSON null mean the same; an opt_num of 0 is
 * left out when it is encoded.
 */

#include "base/secret.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIELD_STR_MAX 1024
#define FIELD_SECRET_MAX (32 * 1024)

enum field_kind {
	FIELD_str,
	FIELD_opt_str,
	FIELD_secret,
	FIELD_opt_secret,
	FIELD_num,
	FIELD_opt_num,
	FIELD_flag,
	FIELD_opt_flag,
	FIELD_object,
	FIELD_opt_object,
	FIELD_list,
	FIELD_opt_list,
	FIELD_strs,
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
};

struct fields {
	const char *name;
	size_t size;
	const struct field *field;
	size_t count;
};

/* Which member was wrong, and how: for the sender of the message. */
struct field_error {
	char member[64];
	const char *problem;
};

/*
 * Fills a struct that is all zero. Unknown, missing and mistyped members are
 * ERR_INVALID_PARAMETER with `error` naming the member, or ERR_NO_MEMORY; what
 * was decoded is then already cleared. `error` may be NULL.
 */
MUST_USE enum err fields_decode(const struct fields *fields, const json_t *json,
    void *object, struct field_error *error);

/* A new reference; absent optional members are left out. */
MUST_USE enum err
fields_encode(const struct fields *fields, const void *object, json_t **out);

/* Frees what the members own and zeroes the struct. */
void fields_clear(const struct fields *fields, void *object);

/* Whether a member may be absent; its type in Varlink's language. */
bool field_is_optional(enum field_kind kind);
const char *field_varlink_type(enum field_kind kind);

static inline void
json_auto_free(json_t **json)
{
	json_decref(*json);
}

#define auto_json __attribute__((cleanup(json_auto_free)))

#define FIELD_CTYPE_str char *
#define FIELD_CTYPE_opt_str char *
#define FIELD_CTYPE_secret struct secret *
#define FIELD_CTYPE_opt_secret struct secret *
#define FIELD_CTYPE_num int64_t
#define FIELD_CTYPE_opt_num int64_t
#define FIELD_CTYPE_flag bool
#define FIELD_CTYPE_opt_flag bool
#define FIELD_CTYPE_object json_t *
#define FIELD_CTYPE_opt_object json_t *
#define FIELD_CTYPE_list json_t *
#define FIELD_CTYPE_opt_list json_t *
#define FIELD_CTYPE_strs json_t *

#define FIELD_MEMBER(kind, name) FIELD_CTYPE_##kind name;
#define FIELD_ROW(kind, name) {#name, FIELD_##kind, offsetof(owner, name)},

#define DECLARE_FIELDS(type, LIST)                                             \
	struct type {                                                          \
		LIST(FIELD_MEMBER)                                             \
	};                                                                     \
	const struct fields *type##_fields(void);                              \
	static inline void type##_clear(struct type *object)                   \
	{                                                                      \
		fields_clear(type##_fields(), object);                         \
	}

#define DEFINE_FIELDS(type, LIST)                                              \
	const struct fields *type##_fields(void)                               \
	{                                                                      \
		typedef struct type owner;                                     \
		static const struct field rows[] = {LIST(FIELD_ROW)};          \
		static const struct fields fields = {                          \
		    #type, sizeof(owner), rows, sizeof(rows) / sizeof(*rows)}; \
		return &fields;                                                \
	}

#endif
