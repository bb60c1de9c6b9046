/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Any JWS with a key that is given: the examples of the RFCs, and what is
 * refused.
 */

#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/verify/verify_jws.h"
#include "tests/verify/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct world world;

#define PAYLOAD                                                                \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
	"LmNvbS9pc19yb290Ijp0cnVlfQ"
#define PAYLOAD_TEXT                                                           \
	"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "                       \
	"\"http://example.com/is_root\":true}"

/* RFC 7515 appendix A.1 */
#define A1_K                                                                   \
	"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4"  \
	"hcgUuTwjAzZr1Z9CAow"
#define A1_JWK "{'kty':'oct','k':'" A1_K "'}"
#define A1                                                                     \
	"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." PAYLOAD                    \
	".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

/* A.2 */
#define A2_N                                                                   \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw" \
	"-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b3269" \
	"0r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS" \
	"-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aG" \
	"hyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp" \
	"oQ"
#define A2_JWK "{'kty':'RSA','n':'" A2_N "','e':'AQAB','d':'read over'}"
#define A2                                                                     \
	"eyJhbGciOiJSUzI1NiJ9." PAYLOAD                                        \
	".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7A"   \
	"AuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAyn"  \
	"RFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRm"  \
	"B_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh"  \
	"6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGl"  \
	"UPQGe77Rw"

/* A.3 */
#define A3_JWK                                                                 \
	"{'kty':'EC','crv':'P-256',"                                           \
	"'x':'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',"                   \
	"'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',"                   \
	"'d':'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'}"
#define A3                                                                     \
	"eyJhbGciOiJFUzI1NiJ9." PAYLOAD                                        \
	".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApm"  \
	"WQxfKTUJqPP3-Kg6NU1Q"

/* A.4 */
#define A4_JWK                                                                 \
	"{'kty':'EC','crv':'P-521','x':'AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk0"  \
	"6wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk',"               \
	"'y':'ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL"  \
	"4Kkd0AZMaZmh9ubmf63e3kyMj2'}"
#define A4                                                                     \
	"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA"                                      \
	".AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwq"  \
	"T2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJj"  \
	"yqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"

/* A.5 */
#define A5 "eyJhbGciOiJub25lIn0." PAYLOAD "."

/* RFC 8037 appendices A.2 and A.4 */
#define ED_JWK                                                                 \
	"{'kty':'OKP','crv':'Ed25519',"                                        \
	"'d':'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',"                   \
	"'x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'}"
#define ED                                                                     \
	"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"             \
	".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhV"  \
	"sPt9g7sVvpAr_MuM0KAg"

/* An HS256 text of these two by the secret of A.1: made when it is asked for. */
#define FORGED(header, payload) NULL, header, payload

static const struct row {
	const char *token; /* NULL: made of the next two */
	const char *header, *payload;
	const char *jwk;
	const char *only; /* or NULL */
	enum err expected;
	const char *found; /* the payload, when it is good */
} rows[] = {
    {A1, NULL, NULL, A1_JWK, NULL, OK, PAYLOAD_TEXT},
    {A1, NULL, NULL, A1_JWK, "HS256", OK, PAYLOAD_TEXT},
    {A2, NULL, NULL, A2_JWK, NULL, OK, PAYLOAD_TEXT},
    {A2, NULL, NULL, A2_JWK, "RS256", OK, PAYLOAD_TEXT},
    {A3, NULL, NULL, A3_JWK, NULL, OK, PAYLOAD_TEXT},
    {A4, NULL, NULL, A4_JWK, NULL, OK, "Payload"},
    {ED, NULL, NULL, ED_JWK, NULL, OK, "Example of Ed25519 signing"},
    {A5, NULL, NULL, A3_JWK, NULL, ERR_UNSIGNED, NULL},
    {A5, NULL, NULL, A1_JWK, "HS256", ERR_UNSIGNED, NULL},

    /* another key, another algorithm */
    {A1, NULL, NULL, A1_JWK, "HS512", ERR_ALGORITHM_REFUSED, NULL},
    {A3, NULL, NULL, A3_JWK, "ES384", ERR_ALGORITHM_REFUSED, NULL},
    {A3, NULL, NULL, A4_JWK, NULL, ERR_UNKNOWN_KEY, NULL},
    {A3, NULL, NULL, A2_JWK, NULL, ERR_UNKNOWN_KEY, NULL},
    {A3, NULL, NULL, A1_JWK, NULL, ERR_UNKNOWN_KEY, NULL},
    {A1, NULL, NULL, A2_JWK, NULL, ERR_UNKNOWN_KEY, NULL},
    {A2, NULL, NULL, "{'kty':'RSA','n':'" A2_N "','e':'AQAB','alg':'PS256'}",
	NULL, ERR_UNKNOWN_KEY, NULL},
    {A2, NULL, NULL, "{'kty':'RSA','n':'" A2_N "','e':'AQAB','use':'enc'}",
	NULL, ERR_UNKNOWN_KEY, NULL},
    {A2, NULL, NULL, "{'kty':'RSA','n':'" A2_N "','e':'AQAB','kid':'k'}", NULL,
	OK, PAYLOAD_TEXT},
    {A1, NULL, NULL, "{'kty':'oct','k':'c2hvcnQ'}", NULL, ERR_UNKNOWN_KEY,
	NULL},
    {A1, NULL, NULL,
	"{'kty':'oct','k':'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'}", NULL,
	ERR_BAD_SIGNATURE, NULL},
    {A1, NULL, NULL, "{}", NULL, ERR_UNKNOWN_KEY, NULL},
    {A1, NULL, NULL, "[]", NULL, ERR_UNKNOWN_KEY, NULL},
    {ED, NULL, NULL,
	"{'kty':'OKP','crv':'Ed25519',"
	"'x':'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'}",
	NULL, ERR_BAD_SIGNATURE, NULL},

    /* any payload, any typ */
    {FORGED("{'alg':'HS256'}", ""), A1_JWK, NULL, OK, ""},
    {FORGED("{'alg':'HS256'}", "no JSON"), A1_JWK, NULL, OK, "no JSON"},
    {FORGED("{'alg':'HS256','typ':'secevent+jwt'}", "x"), A1_JWK, NULL, OK,
	"x"},
    {FORGED("{'alg':'HS256','typ':1}", "x"), A1_JWK, NULL, ERR_MALFORMED, NULL},
    {FORGED("{'alg':'HS256','kid':'any'}", "x"), A1_JWK, NULL, OK, "x"},
    {FORGED("{'alg':'HS256','kid':'any'}", "x"),
	"{'kty':'oct','k':'" A1_K "','kid':'another'}", NULL, OK, "x"},
    {FORGED("{'alg':'HS256','crit':['exp'],'exp':1}", "x"), A1_JWK, NULL,
	ERR_HEADER_REFUSED, NULL},
    {FORGED("{'alg':'HS256','b64':false,'crit':['b64']}", "x"), A1_JWK, NULL,
	ERR_HEADER_REFUSED, NULL},
    {FORGED("{'alg':'HS256','b64':true}", "x"), A1_JWK, NULL,
	ERR_HEADER_REFUSED, NULL},
    {FORGED("{'alg':'HS256','zip':'DEF'}", "x"), A1_JWK, NULL,
	ERR_HEADER_REFUSED, NULL},
    {FORGED("{'alg':'none'}", "x"), A1_JWK, NULL, ERR_UNSIGNED, NULL},
    {FORGED("{'alg':'HS255'}", "x"), A1_JWK, NULL, ERR_ALGORITHM_REFUSED, NULL},
    {FORGED("{'alg':'HS256','alg':'HS256'}", "x"), A1_JWK, NULL, ERR_MALFORMED,
	NULL},
    {FORGED("{}", "x"), A1_JWK, NULL, ERR_MALFORMED, NULL},
    {FORGED("[]", "x"), A1_JWK, NULL, ERR_MALFORMED, NULL},

    /* form */
    {A1 "=", NULL, NULL, A1_JWK, NULL, ERR_MALFORMED, NULL},
    {A1 "\n", NULL, NULL, A1_JWK, NULL, ERR_MALFORMED, NULL},
    {A1 ".", NULL, NULL, A1_JWK, NULL, ERR_MALFORMED, NULL},
    {"", NULL, NULL, A1_JWK, NULL, ERR_MALFORMED, NULL},
    {"eyJhbGciOiJIUzI1NiJ9..", NULL, NULL, A1_JWK, NULL, ERR_MALFORMED, NULL},

    /* sets: the name chooses, and keys without one are tried */
    {A2, NULL, NULL, "{'keys':[" A1_JWK "," A2_JWK "," A3_JWK "]}", NULL, OK,
	PAYLOAD_TEXT},
    {A1, NULL, NULL, "{'keys':[" A2_JWK "," A1_JWK "]}", NULL, OK,
	PAYLOAD_TEXT},
    {A1, NULL, NULL, "{'keys':[1,{}," A2_JWK "]}", NULL, ERR_UNKNOWN_KEY, NULL},
    {A1, NULL, NULL, "{'keys':[]}", NULL, ERR_UNKNOWN_KEY, NULL},
    {A1, NULL, NULL, "{'keys':1}", NULL, ERR_UNKNOWN_KEY, NULL},
    {FORGED("{'alg':'HS256','kid':'b'}", "x"),
	"{'keys':[{'kty':'oct','k':'" A1_K "','kid':'a'},"
	"{'kty':'oct','k':'" A1_K "','kid':'b'}]}",
	NULL, OK, "x"},
    {FORGED("{'alg':'HS256','kid':'c'}", "x"),
	"{'keys':[{'kty':'oct','k':'" A1_K "','kid':'a'},"
	"{'kty':'oct','k':'" A1_K "','kid':'b'}]}",
	NULL, ERR_UNKNOWN_KEY, NULL},
    {FORGED("{'alg':'HS256','kid':'c'}", "x"),
	"{'keys':[{'kty':'oct','k':'" A1_K "','kid':'a'}," A1_JWK "]}", NULL,
	OK, "x"},
    {FORGED("{'alg':'HS256'}", "x"),
	"{'keys':[{'kty':'oct','k':"
	"'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8','kid':'a'},"
	"{'kty':'oct','k':'" A1_K "','kid':'b'}]}",
	NULL, OK, "x"},
};

static char *
token_of(const struct row *row)
{
	uint8_t secret[64];
	size_t size = 0;

	if (row->token != NULL)
		return strdup(row->token);
	assert_int_equal(
	    base64url_decode(secret, &size, A1_K, strlen(A1_K)), OK);
	return forge_hmac(&world, row->header, row->payload, secret, size);
}

/* Whether the row comes out as it should. */
static bool
holds(const struct row *row, const char *token, const json_t *jwk)
{
	const struct algorithm *only =
	    row->only != NULL ? algorithm_find(row->only) : NULL;
	struct trail trail = {0};
	uint8_t *payload = NULL;
	size_t size = 77;
	bool good;
	enum err e = jws_verify(
	    token, strlen(token), jwk, only, &trail, &payload, &size);

	good = e == row->expected && trail.count > 0 &&
	    trail.steps[trail.count - 1].ok == (e == OK);
	if (e == OK)
		good = good && trail.count == 4 && size == strlen(row->found) &&
		    memcmp(payload, row->found, size + 1) == 0;
	else
		good = good && payload == NULL && size == 77 &&
		    trail.steps[trail.count - 1].detail[0] != '\0';
	free(payload);
	if (!good)
		print_error("%s with %.60s: %s (%s)\n", token, row->jwk,
		    err_name(e), trail.steps[trail.count - 1].detail);
	return good;
}

static void
table(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_str char *token = token_of(&rows[i]);
		auto_str char *text = json_text(&world, rows[i].jwk);
		auto_json json_t *jwk = json_loads(text, 0, NULL);

		assert_non_null(jwk);
		wrong += !holds(&rows[i], token, jwk);
	}
	assert_int_equal(wrong, 0);
}

/* The examples, with any character of them changed. */
static void
changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 7; i++) {
		auto_str char *token = strdup(rows[i].token);
		auto_str char *text = json_text(&world, rows[i].jwk);
		auto_json json_t *jwk = json_loads(text, 0, NULL);

		for (size_t at = 0; token[at] != '\0'; at++) {
			char kept = token[at];
			uint8_t *payload = NULL;
			size_t size = 0;

			token[at] = kept == 'A' ? 'B' : 'A';
			assert_int_not_equal(
			    jws_verify(token, strlen(token), jwk, NULL, NULL,
				&payload, &size),
			    OK);
			assert_null(payload);
			token[at] = kept;
		}
	}
}

static void
sizes(void **state)
{
	static const size_t fills[] = {12000, 12400};
	auto_str char *text = json_text(&world, A1_JWK);
	auto_json json_t *jwk = json_loads(text, 0, NULL);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		auto_str char *fill = calloc(1, fills[i] + 1);
		auto_str char *token = NULL;
		struct row row = {.header = "{'alg':'HS256'}"};
		uint8_t *payload = NULL;
		size_t size = 0;

		assert_non_null(fill);
		memset(fill, 'x', fills[i]);
		row.payload = fill;
		token = token_of(&row);
		assert_int_equal(jws_verify(token, strlen(token), jwk, NULL,
				     NULL, &payload, &size),
		    i == 0 ? OK : ERR_MALFORMED);
		assert_int_equal(size, i == 0 ? fills[i] : 0);
		free(payload);
	}
}

/* Keys in a set beyond what is tried, and beyond what is read. */
static void
large_sets(void **state)
{
	static const struct {
		size_t count;
		enum err expected;
	} counts[] = {{4, OK}, {5, ERR_UNKNOWN_KEY}, {65, ERR_UNKNOWN_KEY}};
	auto_str char *text = json_text(&world, A1_JWK);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		auto_json json_t *set = json_pack("{s[]}", "keys");
		uint8_t *payload = NULL;
		size_t size = 0;

		for (size_t k = 0; k < counts[i].count; k++) {
			json_t *jwk = json_loads(text, 0, NULL);
			char kid[24];

			snprintf(kid, sizeof(kid), "%zu", k);
			json_object_set_new(jwk, "kid", json_string(kid));
			json_array_append_new(
			    json_object_get(set, "keys"), jwk);
		}
		assert_int_equal(jws_verify(A1, strlen(A1), set, NULL, NULL,
				     &payload, &size),
		    counts[i].expected);
		free(payload);
	}
}

static int
open_world(void **state)
{
	(void)state;
	world_open(&world);
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(changed),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(large_sets),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
