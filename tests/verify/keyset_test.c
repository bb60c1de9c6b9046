/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Keys as issuers and administrators give them: PEM, JWK and JWK Sets, good
 * ones and every way in which one is refused.
 */

#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/verify/keyset.h"
#include "tests/verify/fixture.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ALL 0xffffffff
#define REFUSALS_MIN 60

/* RFC 7515 appendices A.2 to A.4 and RFC 8037 appendix A.2 */
#define RSA_N                                                                  \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw" \
	"-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b3269" \
	"0r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS" \
	"-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aG" \
	"hyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp" \
	"oQ"
#define P256_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define P256_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define P521_X                                                                 \
	"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1j" \
	"SfS9tsz4qUxcWceqwQGk"
#define P521_Y                                                                 \
	"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0A" \
	"ZMaZmh9ubmf63e3kyMj2"
#define ED_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

#define EC_XY(x, y) "'kty':'EC','crv':'P-256','x':'" x "','y':'" y "'"
#define EC EC_XY(P256_X, P256_Y)
#define EC521 "'kty':'EC','crv':'P-521','x':'" P521_X "','y':'" P521_Y "'"
#define RSA_NE(n, e) "'kty':'RSA','n':'" n "','e':'" e "'"
#define RSA RSA_NE(RSA_N, "AQAB")
#define ED_OF(x) "'kty':'OKP','crv':'Ed25519','x':'" x "'"
#define ED ED_OF(ED_X)
#define SET(keys) "{'keys':[" keys "]}"
#define X8 "xxxxxxxx"
#define X64 X8 X8 X8 X8 X8 X8 X8 X8
#define X256 X64 X64 X64 X64

/* ' stands for ", and @1024; for a modulus of so many bits, all of them 1. */
static char *
expand(const char *text)
{
	char *out = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&out, &size);

	assert_non_null(stream);
	for (; *text != '\0'; text++) {
		if (*text == '@') {
			char *end;
			size_t bytes = strtoul(text + 1, &end, 10) / 8;
			uint8_t number[2048];
			char number_text[BASE64URL_TEXT_SIZE(2048) + 1];

			memset(number, 0xff, sizeof(number));
			base64url_encode(number_text, number, bytes);
			fputs(number_text, stream);
			text = end;
		} else {
			putc(*text == '\'' ? '"' : *text, stream);
		}
	}
	fclose(stream);
	return out;
}

static enum err
read_text(const char *text, uint32_t algorithms, struct keyset *out,
    struct keyset_problem *why)
{
	size_t size = strlen(text);
	uint8_t *exact = malloc(size + (size == 0));
	enum err e;

	assert_non_null(exact);
	memcpy(exact, text, size);
	e = keyset_read(exact, size, algorithms, out, why);
	free(exact);
	return e;
}

/* "kid/alg kid/alg ...", - for a key without a name of its own */
static char *
describe(const struct keyset *keyset)
{
	char *out = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&out, &size);

	assert_non_null(stream);
	for (size_t i = 0; i < keyset->count; i++)
		fprintf(stream, "%s%s/%s", i == 0 ? "" : " ",
		    key_is_named(keyset->keys[i]) ? key_kid(keyset->keys[i])
						  : "-",
		    key_algorithm(keyset->keys[i])->name);
	fclose(stream);
	return out;
}

static const struct good {
	const char *text, *expected;
	size_t skipped;
} good[] = {
    {"{" EC "}", "-/ES256", 0},
    {" \r\n\t{" EC "}\n", "-/ES256", 0},
    {"{" EC ",'kid':'a'}", "a/ES256", 0},
    {"{" EC ",'kid':''}", "/ES256", 0},
    {"{" EC ",'kid':'" X256 "'}", X256 "/ES256", 0},
    {"{" EC ",'kid':'../x\\' OR 1=1'}", NULL, 0},
    {"{" EC ",'alg':'ES256','use':'sig'}", "-/ES256", 0},
    {"{" EC ",'key_ops':['sign','verify']}", "-/ES256", 0},
    {"{" EC ",'d':'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'}", "-/ES256",
	0},
    {"{" EC ",'x5c':['MIIB'],'x5u':'http://x','more':{'a':[1]}}", "-/ES256", 0},
    {"{" EC521 "}", "-/ES512", 0},
    {"{" ED "}", "-/EdDSA", 0},
    {"{" RSA "}", "-/RS256 -/RS384 -/RS512 -/PS256 -/PS384 -/PS512", 0},
    {"{" RSA ",'alg':'PS384','kid':'r'}", "r/PS384", 0},
    {"{" RSA_NE("@2048;", "Aw") ",'alg':'RS256'}", "-/RS256", 0},
    {"{" RSA_NE("@8192;", "AQAB") ",'alg':'RS256'}", "-/RS256", 0},
    {SET("{" EC ",'kid':'a'},{" ED ",'kid':'b'}"), "a/ES256 b/EdDSA", 0},
    /* one name for two keys, and one key twice */
    {SET("{" EC ",'kid':'a'},{" ED ",'kid':'a'}"), "a/ES256 a/EdDSA", 0},
    {SET("{" EC ",'kid':'a'},{" EC ",'kid':'a','use':'sig'}"), "a/ES256", 0},
    {SET("{" EC "},{" EC ",'kid':'a'}"), "-/ES256 a/ES256", 0},
    /* RFC 7517 section 5: what is not understood is left out */
    {SET("{'kty':'AKP','alg':'ML-DSA-44','pub':'eA'},{" EC "}"), "-/ES256", 1},
    {SET("{" RSA ",'use':'enc'},{" EC "}"), "-/ES256", 1},
    {SET("{" RSA ",'alg':'RSA-OAEP'},{" EC "},1,null,[],'x'"), "-/ES256", 5},
    {SET("{'kty':'oct','k':'@512;'},{" EC "}"), "-/ES256", 1},
    {SET("{" RSA_NE("@1024;", "AQAB") "},{" EC "}"), "-/ES256", 1},
    {"{'keys':[{" EC "}],'kty':'oct','more':1}", "-/ES256", 0},
};

static void
good_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		auto_clear(keyset) struct keyset keyset = {0};
		auto_str char *text = expand(good[i].text);
		auto_str char *found = NULL;
		struct keyset_problem why;

		if (read_text(text, ALL, &keyset, &why) != OK)
			fail_msg("%s: %s", text, why.why);
		found = describe(&keyset);
		if (good[i].expected != NULL)
			assert_string_equal(found, good[i].expected);
		assert_int_equal(why.skipped, good[i].skipped);
		assert_int_equal(why.why[0] != '\0', good[i].skipped > 0);
	}
}

static const struct bad {
	const char *text, *why;
} bad[] = {
    /* no set at all */
    {"", "is empty"},
    {" \n", "is empty"},
    {"hello", "neither PEM nor a JWK"},
    {"[{" EC "}]", "neither PEM nor a JWK"},
    {"\xef\xbb\xbf{" EC "}", "neither PEM nor a JWK"},
    {"{", "not valid JSON in line 1"},
    {"{\n" EC "\n}x", "not valid JSON in line 3"},
    {"{" EC ",}", "not valid JSON"},
    {"{" EC ",'kty':'EC'}", "not valid JSON"},
    {"{" EC ",'kid':'\xff'}", "not valid JSON"},
    {"{" EC ",'kid':'a\\u0000'}", "not valid JSON"},
    {"{" EC ",'a':[[[[[[[[1]]]]]]]]}", "sane size"},
    {"{}", "kty is none of"},
    {"{'keys':{}}", "keys is not a list"},
    {"{'keys':null}", "keys is not a list"},
    {"{'keys':'x'}", "keys is not a list"},
    {SET(""), "no keys"},
    {SET("1"), "key 1: it is not a JSON object"},
    {SET("{}"), "key 1: kty is none of"},
    {SET("{" RSA ",'kid':'a\\n','use':'enc'}"),
	"key 1 \"a\\x0a\": its use is not sig"},
    {SET("{" EC ",'use':'enc'},{" ED ",'use':'enc'}"), "key 2: its use"},

    /* what a key is for */
    {"{" EC ",'use':'enc'}", "its use is not sig"},
    {"{" EC ",'use':''}", "its use is not sig"},
    {"{" EC ",'use':1}", "use is not a string"},
    {"{" EC ",'use':null}", "use is not a string"},
    {"{" EC ",'key_ops':[]}", "verify is not among"},
    {"{" EC ",'key_ops':['sign','Verify']}", "verify is not among"},
    {"{" EC ",'key_ops':'verify'}", "verify is not among"},
    {"{" EC ",'key_ops':[['verify']]}", "verify is not among"},
    {"{" EC ",'alg':1}", "alg is not a string"},
    {"{" EC ",'alg':'none'}", "alg is not a signature"},
    {"{" EC ",'alg':'ES256K'}", "alg is not a signature"},
    {"{" EC ",'alg':'es256'}", "alg is not a signature"},
    {"{" RSA ",'alg':'RSA-OAEP'}", "alg is not a signature"},
    {"{" EC ",'alg':'ES384'}", "alg is not for a key like this"},
    {"{" EC ",'alg':'RS256'}", "alg is not for a key like this"},
    {"{" EC ",'alg':'HS256'}", "alg is not for a key like this"},
    {"{" EC521 ",'alg':'ES256'}", "alg is not for a key like this"},
    {"{" RSA ",'alg':'ES256'}", "alg is not for a key like this"},
    {"{" RSA ",'alg':'HS256'}", "alg is not for a key like this"},
    {"{" ED ",'alg':'ES256'}", "alg is not for a key like this"},
    {"{" EC ",'kid':1}", "kid is not a string"},
    {"{" EC ",'kid':null}", "kid is not a string"},
    {"{" EC ",'kid':'x" X256 "'}", "kid is longer"},

    /* types */
    {"{'kty':'ec','crv':'P-256','x':'" P256_X "','y':'" P256_Y "'}",
	"kty is none of"},
    {"{'kty':1}", "kty is none of"},
    {"{'kty':'AKP','alg':'EdDSA'}", "kty is none of"},
    {"{'kty':'oct','k':'@512;'}", "it is a secret"},
    {"{'kty':'oct','k':'@512;','alg':'HS256','use':'sig'}", "it is a secret"},
    {"{'kty':'oct'}", "it is a secret"},

    /* EC */
    {"{'kty':'EC','x':'" P256_X "','y':'" P256_Y "'}", "crv is none of"},
    {"{'kty':'EC','crv':1,'x':'" P256_X "','y':'" P256_Y "'}",
	"crv is none of"},
    {"{'kty':'EC','crv':'secp256k1','x':'" P256_X "','y':'" P256_Y "'}",
	"crv is none of"},
    {"{'kty':'EC','crv':'Ed25519','x':'" ED_X "'}", "crv is none of"},
    {"{'kty':'EC','crv':'P-384','x':'" P256_X "','y':'" P256_Y "'}",
	"x and y have to be"},
    {"{'kty':'EC','crv':'P-256','x':'" P521_X "','y':'" P521_Y "'}",
	"x and y have to be"},
    {"{'kty':'EC','crv':'P-256','x':'" P256_X "'}", "x and y have to be"},
    {"{'kty':'EC','crv':'P-256','x':1,'y':2}", "x and y have to be"},
    {"{" EC_XY("", "") "}", "x and y have to be"},
    {"{" EC_XY(P256_X "=", P256_Y) "}", "x and y have to be"},
    {"{" EC_XY(P256_X, P256_Y "AA") "}", "x and y have to be"},
    {"{" EC_XY("AA" P256_X, P256_Y) "}", "x and y have to be"},
    {"{" EC_XY("+" P256_X, P256_Y) "}", "x and y have to be"},
    {"{" EC_XY("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV", P256_Y) "}",
	"x and y have to be"}, /* stray bits */
    {"{" EC_XY(P256_Y, P256_X) "}", "not on the curve"},
    {"{" EC_XY("@256;", "@256;") "}", "not on the curve"},
    {"{" EC_XY("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") "}",
	"not on the curve"},

    /* RSA */
    {"{" RSA_NE("@1024;", "AQAB") "}", "shorter than 2048"},
    {"{" RSA_NE("@2040;", "AQAB") "}", "shorter than 2048"},
    {"{" RSA_NE("@512;", "AQAB") ",'alg':'RS256'}", "shorter than 2048"},
    {"{" RSA_NE("@8200;", "AQAB") "}", "n and e have to be"},
    {"{" RSA_NE("@16384;", "AQAB") "}", "n and e have to be"},
    {"{" RSA_NE("", "AQAB") "}", "n and e have to be"},
    {"{" RSA_NE(RSA_N, "") "}", "n and e have to be"},
    {"{" RSA_NE(RSA_N "==", "AQAB") "}", "n and e have to be"},
    {"{" RSA_NE("AAAA" RSA_N, "AQAB") "}", "n and e have to be"},
    {"{" RSA_NE(RSA_N, "AAEAAQ") "}", "n and e have to be"},
    {"{" RSA_NE(RSA_N, "AQAB AQAB") "}", "n and e have to be"},
    {"{" RSA_NE(RSA_N, "AA") "}", "n and e have to be"},
    {"{'kty':'RSA','n':'" RSA_N "'}", "n and e have to be"},
    {"{'kty':'RSA','n':'" RSA_N "','e':65537}", "n and e have to be"},
    {"{" RSA_NE(RSA_N, "AQ") "}", "the exponent odd"},
    {"{" RSA_NE(RSA_N, "Ag") "}", "the exponent odd"},
    {"{" RSA_NE(RSA_N, "AQAA") "}", "the exponent odd"},
    {"{" RSA_NE(RSA_N, "@72;") "}", "at most 64 bits"},
    {"{" RSA_NE(RSA_N, "@2048;") "}", "at most 64 bits"},
    {"{" RSA_NE("____@2024;AA", "AQAB") "}", "modulus has to be odd"},

    /* OKP */
    {"{'kty':'OKP','crv':'Ed448','x':'" ED_X "'}", "crv is not Ed25519"},
    {"{'kty':'OKP','crv':'X25519','x':'" ED_X "'}", "crv is not Ed25519"},
    {"{'kty':'OKP','crv':'P-256','x':'" ED_X "'}", "crv is not Ed25519"},
    {"{'kty':'OKP','x':'" ED_X "'}", "crv is not Ed25519"},
    {"{" ED_OF("") "}", "x has to be 32 bytes"},
    {"{" ED_OF("@248;") "}", "x has to be 32 bytes"},
    {"{" ED_OF("@264;") "}", "x has to be 32 bytes"},
    {"{" ED_OF(ED_X "=") "}", "x has to be 32 bytes"},
    {"{'kty':'OKP','crv':'Ed25519','x':[]}", "x has to be 32 bytes"},

    /* PEM */
    {"-----BEGIN ", "there is no PEM block"},
    {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
	"a public key in PEM is broken"},
    {"-----BEGIN PUBLIC KEY-----\n?\n-----END PUBLIC KEY-----\n",
	"a PEM block is broken"},
    {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END CERTIFICATE-----\n",
	"a PEM block is broken"},
    {"-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n",
	"a public key in PEM is broken"},
    {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	"openssl x509 -pubkey"},
    {"-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n"
     "-----END TRUSTED CERTIFICATE-----\n",
	"openssl x509 -pubkey"},
    {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	"openssl pkey -pubout"},
    {"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
	"openssl pkey -pubout"},
    {"-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n",
	"no public key"},
};

#define REFUSED (sizeof(bad) / sizeof(*bad))

static void
refused_keys(void **state)
{
	size_t wrong = 0;

	(void)state;
	assert_true(REFUSED >= REFUSALS_MIN);
	for (size_t i = 0; i < REFUSED; i++) {
		auto_clear(keyset) struct keyset keyset = {0};
		auto_str char *text = expand(bad[i].text);
		struct keyset_problem why;
		enum err e = read_text(text, ALL, &keyset, &why);

		if (e != ERR_MALFORMED || keyset.count != 0 ||
		    strstr(why.why, bad[i].why) == NULL) {
			print_error("%.60s: %s (%s), not %s\n", text,
			    err_name(e), why.why, bad[i].why);
			wrong++;
		}
		for (const char *c = why.why; *c != '\0'; c++)
			assert_in_range(*c, ' ', '~');
	}
	assert_int_equal(wrong, 0);
}

/* The same keys where only some algorithms are accepted. */
static void
only_what_is_accepted(void **state)
{
	static const struct {
		const char *text, *algorithms[3], *expected; /* NULL: refused */
	} rows[] = {
	    {"{" RSA "}", {"PS256", "RS512"}, "-/RS512 -/PS256"},
	    {"{" RSA "}", {"ES256", "EdDSA"}, NULL},
	    {"{" RSA "}", {"HS256"}, NULL},
	    {"{" RSA ",'alg':'RS256'}", {"PS256"}, NULL},
	    {SET("{" EC "},{" ED "}"), {"EdDSA"}, "-/EdDSA"},
	    {SET("{" EC "},{" ED "}"), {"RS256"}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(keyset) struct keyset keyset = {0};
		auto_str char *text = expand(rows[i].text);
		auto_str char *found = NULL;
		struct keyset_problem why;
		uint32_t set = 0;
		enum err e;

		for (size_t k = 0; rows[i].algorithms[k] != NULL; k++)
			set |= algorithm_bit(
			    algorithm_find(rows[i].algorithms[k]));
		e = read_text(text, set, &keyset, &why);
		assert_int_equal(
		    e, rows[i].expected != NULL ? OK : ERR_MALFORMED);
		found = describe(&keyset);
		if (e == OK)
			assert_string_equal(found, rows[i].expected);
		else
			assert_non_null(strstr(why.why, "for none of the"));
	}
}

/* A set of `count` keys, which differ in their names. */
static char *
set_of(size_t count)
{
	char *out = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&out, &size);

	assert_non_null(stream);
	fputs("{'keys':[", stream);
	for (size_t i = 0; i < count; i++)
		fprintf(
		    stream, "%s{" ED ",'kid':'k%zu'}", i == 0 ? "" : ",", i);
	fputs("]}", stream);
	fclose(stream);
	for (char *c = out; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	return out;
}

static void
bounds(void **state)
{
	auto_clear(keyset) struct keyset keyset = {0};
	auto_str char *most = set_of(KEYSET_ENTRIES_MAX);
	auto_str char *more = set_of(KEYSET_ENTRIES_MAX + 1);
	auto_str char *most_members = set_of(2000);
	auto_str char *large = malloc(KEYSET_SIZE_MAX + 2);
	struct keyset_problem why;

	(void)state;
	assert_int_equal(read_text(most, ALL, &keyset, &why), OK);
	assert_int_equal(keyset.count, KEYSET_ENTRIES_MAX);
	keyset_clear(&keyset);
	assert_int_equal(read_text(more, ALL, &keyset, &why), ERR_MALFORMED);
	assert_string_equal(why.why, "the set has more than 64 keys");
	assert_int_equal(
	    read_text(most_members, ALL, &keyset, &why), ERR_MALFORMED);
	assert_non_null(strstr(why.why, "sane size"));
	assert_non_null(large);
	memset(large, ' ', KEYSET_SIZE_MAX + 1);
	memcpy(large, "{}", 2);
	large[KEYSET_SIZE_MAX + 1] = '\0';
	assert_int_equal(read_text(large, ALL, &keyset, &why), ERR_MALFORMED);
	assert_string_equal(why.why, "it is larger than 512 KiB");
	memcpy(large, "-----BEGIN ", 11);
	assert_int_equal(read_text(large, ALL, &keyset, &why), ERR_MALFORMED);
	assert_string_equal(why.why, "it is larger than 512 KiB");
	large[KEYSET_SIZE_MAX] = '\0';
	memcpy(large, "{} ........", 11);
	assert_int_equal(read_text(large, ALL, &keyset, &why), ERR_MALFORMED);
	assert_non_null(strstr(why.why, "not valid JSON"));
}

static char *
join(const char *const *texts)
{
	char *out = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&out, &size);

	assert_non_null(stream);
	for (; *texts != NULL; texts++)
		fputs(*texts, stream);
	fclose(stream);
	return out;
}

/* Takes over `pkey`. */
static char *
pem_of(EVP_PKEY *pkey, bool pkcs1)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *copy;
	long size;

	assert_non_null(pkey);
	assert_non_null(bio);
	if (pkcs1)
		assert_int_equal(i2d_PublicKey(pkey, NULL) > 0 &&
			PEM_ASN1_write_bio((i2d_of_void *)i2d_PublicKey,
			    "RSA PUBLIC KEY", bio, pkey, NULL, NULL, 0, NULL,
			    NULL) == 1,
		    1);
	else
		assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
	size = BIO_get_mem_data(bio, &text);
	copy = strndup(text, (size_t)size);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	assert_non_null(copy);
	return copy;
}

static void
pem_files(void **state)
{
	auto_clear(keyset) struct keyset keyset = {0};
	auto_clear(world) struct world world;
	auto_str char *es = NULL, *rs = NULL, *ed = NULL, *pkcs1 = NULL;
	auto_str char *all = NULL, *found = NULL;
	struct keyset_problem why;

	(void)state;
	world_open(&world);
	es = public_pem(world.es);
	rs = public_pem(world.rs);
	ed = public_pem(world.ed);
	pkcs1 = pem_of(pkey_of(world.rs), true);
	all = join((const char *const[]){"a comment\n", es, "\n# more\n", rs,
	    es, pkcs1, ed, "the end", NULL});
	assert_int_equal(read_text(all, ALL, &keyset, &why), OK);
	found = describe(&keyset);
	assert_string_equal(found,
	    "-/ES256 -/RS256 -/RS384 -/RS512 -/PS256 -/PS384 -/PS512 -/EdDSA");
	assert_string_equal(key_kid(keyset.keys[0]), key_kid(world.es));
	assert_int_equal(why.skipped, 0);
	keyset_clear(&keyset);
	assert_int_equal(read_text(all, algorithm_bit(algorithm_find("EdDSA")),
			     &keyset, &why),
	    OK);
	assert_int_equal(keyset.count, 1);
	assert_int_equal(why.skipped, 4);
	keyset_clear(&keyset);
	assert_int_equal(read_text(rs, algorithm_bit(algorithm_find("EdDSA")),
			     &keyset, &why),
	    ERR_MALFORMED);
	assert_non_null(strstr(why.why, "for none of the algorithms"));
}

static void
pem_refused(EVP_PKEY *pkey, const char *expected)
{
	auto_clear(keyset) struct keyset keyset = {0};
	auto_str char *text = pem_of(pkey, false);
	struct keyset_problem why;

	assert_int_equal(read_text(text, ALL, &keyset, &why), ERR_MALFORMED);
	assert_non_null(strstr(why.why, expected));
}

static EVP_PKEY *
explicit_curve(void)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "prime256v1");

	assert_int_equal(
	    EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING,
		OSSL_PKEY_EC_ENCODING_EXPLICIT),
	    1);
	return pkey;
}

static void
pem_keys_refused(void **state)
{
	auto_clear(keyset) struct keyset keyset = {0};
	auto_clear(world) struct world world;
	auto_str char *good_pem = NULL, *several = NULL, *longer = NULL;
	struct keyset_problem why;

	(void)state;
	pem_refused(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024),
	    "shorter than 2048 bits");
	pem_refused(
	    EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"), "not supported");
	pem_refused(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "not supported");
	pem_refused(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), "not supported");
	pem_refused(explicit_curve(), "not given by its name");
	world_open(&world);
	good_pem = public_pem(world.es);
	several = join((const char *const[]){good_pem,
	    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	    good_pem, NULL});
	assert_int_equal(read_text(several, ALL, &keyset, &why), ERR_MALFORMED);
	assert_non_null(strstr(why.why, "this is a certificate"));
	/* cut inside of the last block */
	longer = join((const char *const[]){good_pem, good_pem, NULL});
	longer[strlen(longer) - 40] = '\0';
	assert_int_equal(read_text(longer, ALL, &keyset, &why), ERR_MALFORMED);
	assert_string_equal(why.why, "a PEM block is broken");
}

/* The key, and then a byte that is no part of it. */
static void
pem_with_more(void **state)
{
	auto_clear(keyset) struct keyset keyset = {0};
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char der[128] = {0}, *at = der;
	struct keyset_problem why;
	char *text;
	int size;

	(void)state;
	size = i2d_PUBKEY(pkey, &at);
	assert_true(size > 0);
	for (int more = 0; more < 2; more++) {
		auto_str char *pem = NULL;
		long pem_size;

		assert_true(
		    PEM_write_bio(bio, "PUBLIC KEY", "", der, size + more) > 0);
		pem_size = BIO_get_mem_data(bio, &text);
		pem = strndup(text, (size_t)pem_size);
		assert_non_null(pem);
		assert_int_equal(read_text(pem, ALL, &keyset, &why),
		    more == 0 ? OK : ERR_MALFORMED);
		keyset_clear(&keyset);
		(void)BIO_reset(bio);
	}
	assert_string_equal(why.why, "a public key in PEM is broken");
	BIO_free(bio);
	EVP_PKEY_free(pkey);
}

static void
too_many_in_pem(void **state)
{
	auto_clear(keyset) struct keyset keyset = {0};
	auto_clear(world) struct world world;
	auto_str char *pem = NULL, *text = NULL;
	const char *texts[66] = {NULL};
	struct keyset_problem why;

	(void)state;
	world_open(&world);
	pem = public_pem(world.ed);
	for (size_t i = 0; i < 65; i++)
		texts[i] = pem;
	text = join(texts);
	assert_int_equal(read_text(text, ALL, &keyset, &why), ERR_MALFORMED);
	assert_string_equal(why.why, "there are more than 64 keys");
	text[64 * strlen(pem)] = '\0';
	assert_int_equal(read_text(text, ALL, &keyset, &why), OK);
	assert_int_equal(keyset.count, 1);
}

static void
secrets(void **state)
{
	static const struct {
		size_t size;
		const char *first, *second;
		const char *expected; /* or why not */
		enum err e;
	} rows[] = {
	    {64, "HS256", "HS512", "-/HS256 -/HS512", OK},
	    {32, "HS256", "HS256", "-/HS256", OK},
	    {64, "HS384", "ES256", "-/HS384", OK},
	    {63, "HS256", "HS512", "HS512 needs a secret of at least 64 bytes",
		ERR_MALFORMED},
	    {31, "HS256", "HS256", "HS256 needs a secret of at least 32 bytes",
		ERR_MALFORMED},
	    {64, "RS256", "ES256", "HS256, HS384 and HS512 only",
		ERR_MALFORMED},
	};
	uint8_t bytes[64];

	(void)state;
	memset(bytes, 7, sizeof(bytes));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(keyset) struct keyset keyset = {0};
		auto_free(secret) struct secret *secret = NULL;
		auto_str char *found = NULL;
		struct keyset_problem why;
		uint32_t set = algorithm_bit(algorithm_find(rows[i].first)) |
		    algorithm_bit(algorithm_find(rows[i].second));

		assert_int_equal(secret_new(&secret, bytes, rows[i].size), OK);
		assert_int_equal(
		    keyset_read_secret(secret, set, &keyset, &why), rows[i].e);
		found = describe(&keyset);
		if (rows[i].e == OK)
			assert_string_equal(found, rows[i].expected);
		else
			assert_non_null(strstr(why.why, rows[i].expected));
	}
}

/* Several files make one set; what is in two of them is there once. */
static void
appended(void **state)
{
	auto_clear(keyset) struct keyset all = {0};
	auto_clear(keyset) struct keyset more = {0};
	auto_str char *first = expand(SET("{" EC ",'kid':'a'},{" ED "}"));
	auto_str char *second =
	    expand(SET("{" ED "},{" EC ",'kid':'b'},{" EC ",'kid':'a'}"));
	auto_str char *found = NULL;
	struct keyset_problem why;

	(void)state;
	assert_int_equal(keyset_append(&all, &more), OK);
	assert_int_equal(all.count, 0);
	assert_int_equal(read_text(first, ALL, &more, &why), OK);
	assert_int_equal(keyset_append(&all, &more), OK);
	assert_int_equal(more.count, 0);
	assert_null(more.keys);
	assert_int_equal(read_text(second, ALL, &more, &why), OK);
	assert_int_equal(keyset_append(&all, &more), OK);
	found = describe(&all);
	assert_string_equal(found, "a/ES256 -/EdDSA b/ES256");
}

/* Nothing private is left, nor anything else that does not belong there. */
static void
stripped(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
	    {SET("{" EC ",'d':'x','kid':'a','x5c':['y']},1,[2],'s',"
		 "{'kty':'oct','k':'x','alg':'HS256'},"
		 "{'kty':'RSA','n':'n','e':'e','d':'x','p':'x','q':'x',"
		 "'dp':'x','dq':'x','qi':'x','oth':[{'r':'x'}],'use':'sig',"
		 "'key_ops':['verify']}"),
		SET("{" EC ",'kid':'a'},{'kty':'oct','alg':'HS256'},"
		    "{'kty':'RSA','n':'n','e':'e','use':'sig',"
		    "'key_ops':['verify']}")},
	    {"{" EC ",'d':'x','priv':'y'}", "{" EC "}"},
	    {"{'keys':[],'d':'x','k':'y'}", "{'keys':[]}"},
	    {"{'keys':'d','k':'y'}", "{'keys':'d'}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_str char *before = expand(rows[i].before);
		auto_str char *after = expand(rows[i].after);
		auto_json json_t *json = json_loads(before, 0, NULL);
		auto_json json_t *expected = json_loads(after, 0, NULL);

		assert_non_null(json);
		assert_non_null(expected);
		jwk_strip_private(json);
		assert_true(json_equal(json, expected));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_keys),
	    cmocka_unit_test(refused_keys),
	    cmocka_unit_test(only_what_is_accepted),
	    cmocka_unit_test(bounds),
	    cmocka_unit_test(pem_files),
	    cmocka_unit_test(pem_keys_refused),
	    cmocka_unit_test(pem_with_more),
	    cmocka_unit_test(too_many_in_pem),
	    cmocka_unit_test(secrets),
	    cmocka_unit_test(appended),
	    cmocka_unit_test(stripped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
