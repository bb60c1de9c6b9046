/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/jwks.h"

#include "tests/lmdb-store/scratch.h"

static void
test_round_trip(void **state)
{
	struct scratch *scratch = *state;
	auto_clear(jwks_record) struct jwks_record out = {0};
	auto_clear(jwks_record) struct jwks_record in = {
	    .name = text_new("corp"),
	    .source = text_new("https://idp.test/keys"),
	    .jwks = json_pack("{s[{ss}]}", "keys", "kty", "EC"),
	    .fetched = 100,
	    .max_age = 300,
	    .tried = 120,
	    .problem = text_new("answered 500"),
	};

	assert_int_equal(jwks_put(scratch_begin(scratch, TXN_WRITE), &in), OK);
	scratch_commit(scratch);
	scratch_reopen(scratch);
	assert_int_equal(
	    jwks_get(scratch_begin(scratch, TXN_READ), "corp", &out), OK);
	assert_string_equal(out.source, in.source);
	assert_true(json_equal(out.jwks, in.jwks));
	assert_int_equal(out.fetched, 100);
	assert_int_equal(out.max_age, 300);
	assert_int_equal(out.tried, 120);
	assert_string_equal(out.problem, in.problem);
}

/* An issuer that was asked and never gave a good set. */
static void
test_without_keys(void **state)
{
	struct scratch *scratch = *state;
	auto_clear(jwks_record) struct jwks_record out = {0};
	auto_clear(jwks_record) struct jwks_record in = {
	    .name = text_new("corp"),
	    .source = text_new("https://idp.test/keys"),
	    .tried = 120,
	};
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(jwks_put(txn, &in), OK);
	assert_int_equal(jwks_get(txn, "corp", &out), OK);
	assert_null(out.jwks);
	assert_int_equal(jwks_get(txn, "other", &out), ERR_NOT_FOUND);
	assert_string_equal(out.name, "corp");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_round_trip),
	    STORE_TEST(test_without_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
