/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/service/foreign.h"

#include "base/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define LIFETIME 300

void
foreign_rotate(struct foreign *foreign)
{
	key_free(TAKE(foreign->key));
	assert_int_equal(
	    key_generate(algorithm_find("ES256"), &foreign->key), OK);
}

void
foreign_open(struct foreign *foreign, struct agency *agency)
{
	foreign->agency = agency;
	foreign->user = "alice";
	foreign->service = "sshd";
	foreign_rotate(foreign);
}

void
foreign_clear(struct foreign *foreign)
{
	key_free(foreign->key);
	authenticate_reply_clear(&foreign->reply);
}

json_t *
foreign_jwks(const struct foreign *foreign)
{
	json_t *key = NULL;

	assert_int_equal(key_jwk(foreign->key, &key), OK);
	return json_pack("{s[o]}", "keys", key);
}

char *
foreign_path(const struct foreign *foreign)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/keys", foreign->agency->directory) > 0);
	return path;
}

/* Renamed into place, as an administrator should. */
void
foreign_publish(const struct foreign *foreign, const char *text)
{
	auto_json json_t *jwks = foreign_jwks(foreign);
	auto_str char *path = foreign_path(foreign);
	auto_str char *set = json_dumps(jwks, 0);
	auto_str char *draft = NULL;
	FILE *file;

	assert_true(asprintf(&draft, "%s.new", path) > 0);
	file = fopen(draft, "we");
	assert_non_null(file);
	assert_true(fputs(text != NULL ? text : set, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(draft, path), 0);
}

void
foreign_configure(struct foreign *foreign, const char *keys, const char *more)
{
	auto_str char *text = NULL;

	assert_true(asprintf(&text,
			"[issuer idp]\nissuer = " FOREIGN_ISS
			"\naudience = hosts\n%s\n%s\n",
			keys, more) > 0);
	agency_configure(foreign->agency, text);
}

static json_t *
parse(const char *claims)
{
	auto_str char *text = strdup(claims);
	json_t *object;

	for (char *at = text; *at != '\0'; at++)
		if (*at == '\'')
			*at = '"';
	object = json_loads(text, 0, NULL);
	assert_non_null(object);
	return object;
}

struct secret *
foreign_token(const struct foreign *foreign, const char *claims)
{
	int64_t now = host_now(&foreign->agency->host);
	auto_free(claims) struct claims *set = NULL;
	auto_json json_t *object = parse(claims);
	struct secret *token = NULL;
	const char *name;
	json_t *value;

	assert_int_equal(claims_new(&set), OK);
	assert_int_equal(claims_set_str(set, "iss", FOREIGN_ISS), OK);
	assert_int_equal(claims_set_str(set, "aud", "hosts"), OK);
	assert_int_equal(claims_set_num(set, "iat", now), OK);
	assert_int_equal(claims_set_num(set, "exp", now + LIFETIME), OK);
	json_object_foreach (object, name, value)
		assert_int_equal(claims_set_json(set, name, value), OK);
	assert_int_equal(sign_token(foreign->key, "JWT", set, &token), OK);
	return token;
}

enum err
foreign_login(struct foreign *foreign, const struct secret *token)
{
	struct authenticate_request request = {
	    .user = (char *)(uintptr_t)foreign->user,
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t)foreign->service,
	    .rhost = (char *)(uintptr_t)foreign->rhost,
	    .token = (struct secret *)(uintptr_t)token,
	};
	struct call *call = agency_begin(foreign->agency);

	call->waited = foreign->waited;
	authenticate_reply_clear(&foreign->reply);
	return agency_end(foreign->agency,
	    login_authenticate(call, &request, &foreign->reply));
}

enum err
foreign_try(struct foreign *foreign, const char *claims)
{
	auto_free(secret) struct secret *token = foreign_token(foreign, claims);

	return foreign_login(foreign, token);
}
