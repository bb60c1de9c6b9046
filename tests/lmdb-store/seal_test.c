/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/seal.h"

#include "base/base64url.h"
#include "lmdb-store/key.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

static const char plain[] = "a secret that nobody may read";

static struct secret *
sample(size_t size)
{
	struct secret *secret = NULL;

	assert_int_equal(secret_zero(&secret, size), OK);
	for (size_t i = 0; i < size; i++)
		secret_bytes(secret)[i] = (uint8_t)plain[i % sizeof(plain)];
	return secret;
}

static struct seal_place
place(const char *table, const char *key, const char *field)
{
	return (struct seal_place){table, text_slice(key), field};
}

static const struct seal *
seal_of(void **state)
{
	const struct scratch *scratch = *state;

	return store_seal(scratch->store);
}

static char *
sealed(void **state, const struct seal_place *where, size_t size)
{
	auto_free(secret) struct secret *secret = sample(size);
	char *text = NULL;

	assert_int_equal(seal_put(seal_of(state), where, secret, &text), OK);
	return text;
}

static void
test_sizes_come_back(void **state)
{
	static const size_t sizes[] = {0, 1, 31, 32, 33, 1219, SEAL_SECRET_MAX};
	const struct seal_place here = place("family", "id", "secret");

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		auto_free(secret) struct secret *in = sample(sizes[i]);
		auto_free(secret) struct secret *out = NULL;
		auto_str char *text = sealed(state, &here, sizes[i]);

		assert_int_equal(
		    seal_open(seal_of(state), &here, text, &out), OK);
		assert_true(
		    secret_equal(out, secret_data(in), secret_size(in)));
	}
}

static void
test_too_long(void **state)
{
	const struct seal_place here = place("family", "id", "secret");
	auto_free(secret) struct secret *secret = sample(SEAL_SECRET_MAX + 1);
	struct secret *out = NULL;
	char *text = NULL;
	auto_str char *longest = sealed(state, &here, SEAL_SECRET_MAX);
	auto_str char *longer = calloc(1, strlen(longest) + 5);

	assert_int_equal(
	    seal_put(seal_of(state), &here, secret, &text), ERR_CRYPTO);
	assert_null(text);
	assert_non_null(longer);
	memcpy(longer, longest, strlen(longest));
	strcat(longer, "AAAA");
	assert_int_equal(
	    seal_open(seal_of(state), &here, longer, &out), ERR_CRYPTO);
	assert_null(out);
}

static void
test_form(void **state)
{
	const struct seal_place here = place("family", "id", "secret");
	auto_str char *one = sealed(state, &here, 32);
	auto_str char *two = sealed(state, &here, 32);
	uint8_t bytes[64];
	size_t size;

	assert_int_equal(base64url_decode(bytes, &size, one, strlen(one)), OK);
	assert_int_equal(size, 4 + 12 + 32 + 16);
	assert_memory_equal(bytes, "\0\0\0\1", 4);
	/* another nonce each time */
	assert_string_not_equal(one, two);
}

/* The same sealed bytes, looked for in a place that is not theirs. */
static void
test_bound_to_its_place(void **state)
{
	const struct seal_place here = place("family", "id", "secret");
	const struct seal_place others[] = {
	    place("signkey", "id", "secret"),
	    place("family", "ID", "secret"),
	    place("family", "", "secret"),
	    place("family", "id", "private"),
	    /* the parts cannot be shifted against each other */
	    {"family", {"id\0secret", 9}, ""},
	    {"familyi", {"d", 1}, "secret"},
	    {"family", {"ids", 3}, "ecret"},
	};
	auto_str char *text = sealed(state, &here, 32);

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct secret *out = NULL;

		assert_int_equal(
		    seal_open(seal_of(state), &others[i], text, &out),
		    ERR_CRYPTO);
		assert_null(out);
	}
}

/* Every single bit: of the key id, the nonce, the text and the tag. */
static void
test_damage(void **state)
{
	const struct seal_place here = place("family", "id", "secret");
	auto_str char *text = sealed(state, &here, 32);
	uint8_t bytes[64];
	char damaged[BASE64URL_TEXT_SIZE(64) + 1];
	size_t size;

	assert_int_equal(
	    base64url_decode(bytes, &size, text, strlen(text)), OK);
	for (size_t bit = 0; bit < size * 8; bit++) {
		struct secret *out = NULL;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		base64url_encode(damaged, bytes, size);
		assert_int_equal(
		    seal_open(seal_of(state), &here, damaged, &out),
		    ERR_CRYPTO);
		assert_null(out);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_cut_and_garbage(void **state)
{
	const struct seal_place here = place("family", "id", "secret");
	auto_str char *text = sealed(state, &here, 32);
	struct secret *out = NULL;

	while (text[0] != '\0') {
		text[strlen(text) - 1] = '\0';
		assert_int_equal(
		    seal_open(seal_of(state), &here, text, &out), ERR_CRYPTO);
	}
	assert_int_equal(
	    seal_open(seal_of(state), &here, "not base64url!", &out),
	    ERR_CRYPTO);
	assert_null(out);
}

/* Two stores with one master key have different data keys. */
static void
test_bound_to_its_store(void **state)
{
	const struct seal_place here = place("family", "id", "secret");
	auto_str char *text = sealed(state, &here, 32);
	struct secret *out = NULL;
	struct scratch *scratch = *state;

	scratch_close(scratch);
	strcat(scratch->store_path, "2");
	scratch_open(scratch);
	assert_int_equal(
	    seal_open(seal_of(state), &here, text, &out), ERR_CRYPTO);
	assert_null(out);
}

static void
test_survives_a_restart(void **state)
{
	const struct seal_place here = place("family", "id", "secret");
	auto_str char *text = sealed(state, &here, 32);
	auto_free(secret) struct secret *out = NULL;

	scratch_reopen(*state);
	assert_int_equal(seal_open(seal_of(state), &here, text, &out), OK);
	assert_memory_equal(secret_data(out), plain, sizeof(plain));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_sizes_come_back),
	    STORE_TEST(test_too_long),
	    STORE_TEST(test_form),
	    STORE_TEST(test_bound_to_its_place),
	    STORE_TEST(test_damage),
	    STORE_TEST(test_cut_and_garbage),
	    STORE_TEST(test_bound_to_its_store),
	    STORE_TEST(test_survives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
