/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/record.h"

#include "lmdb-store/key.h"
#include "tests/lmdb-store/scratch.h"

#include <string.h>

#define SAMPLE(F)                                                              \
	F(num, v)                                                              \
	F(str, name)                                                           \
	F(opt_str, note)                                                       \
	F(opt_num, count)                                                      \
	F(opt_object, claims)
DECLARE_FIELDS(sample, SAMPLE)
DEFINE_FIELDS(sample, SAMPLE)

static enum err
get(struct txn *txn, const char *key, struct sample *sample)
{
	return record_get(
	    txn, TABLE_DEVICE, text_slice(key), sample_fields(), sample);
}

static enum err
put(struct txn *txn, const char *key, const struct sample *sample)
{
	return record_put(
	    txn, TABLE_DEVICE, text_slice(key), sample_fields(), sample);
}

static void
test_round_trip(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(sample) struct sample in = {0}, out = {0};

	in.name = text_new("na\"me \xc3\xa4");
	in.claims = json_pack("{s:[i,i]}", "list", 1, 2);
	assert_int_equal(put(txn, "k", &in), OK);
	assert_int_equal(get(txn, "k", &out), OK);
	assert_int_equal(out.v, 1);
	assert_string_equal(out.name, in.name);
	assert_null(out.note);
	assert_true(json_equal(out.claims, in.claims));
}

static void
test_large_record(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(sample) struct sample in = {0}, out = {0};

	in.name = text_new("large");
	in.claims = json_object();
	for (char name[] = "a"; name[0] <= 'z'; name[0]++) {
		char value[1000] = "";

		memset(value, name[0], sizeof(value) - 1);
		assert_int_equal(
		    json_object_set_new(in.claims, name, json_string(value)),
		    0);
	}
	assert_int_equal(put(txn, "k", &in), OK);
	assert_int_equal(get(txn, "k", &out), OK);
	assert_true(json_equal(out.claims, in.claims));
}

/* The struct is filled again and again without a clear in between. */
static void
test_walk_replaces_the_record(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_WRITE);
	auto_clear(sample) struct sample sample = {0};
	const struct sample a = {.name = (char[]){"a"}, .note = (char[]){"n"}};
	const struct sample b = {.name = (char[]){"b"}};

	assert_int_equal(put(txn, "a", &a), OK);
	assert_int_equal(put(txn, "b", &b), OK);
	assert_int_equal(record_next(txn, TABLE_DEVICE, text_slice(NULL),
			     sample_fields(), &sample),
	    OK);
	assert_string_equal(sample.note, "n");
	assert_int_equal(record_next(txn, TABLE_DEVICE, text_slice(sample.name),
			     sample_fields(), &sample),
	    OK);
	assert_string_equal(sample.name, "b");
	assert_null(sample.note);
	assert_int_equal(record_next(txn, TABLE_DEVICE, text_slice(sample.name),
			     sample_fields(), &sample),
	    ERR_NOT_FOUND);
	assert_string_equal(sample.name, "b");
}

static void
assert_refused(struct scratch *scratch, const struct sample *sample)
{
	struct txn *txn = scratch_begin(scratch, TXN_WRITE);

	assert_int_equal(put(txn, "k", sample), ERR_INTERNAL);
	assert_int_equal(txn_error(txn), ERR_INTERNAL);
	scratch_abort(scratch);
}

static void
test_what_could_not_be_read_is_not_written(void **state)
{
	struct sample sample = {0};
	char text[FIELD_STR_MAX + 2] = "";

	assert_refused(*state, &sample);
	memset(text, 'x', FIELD_STR_MAX + 1);
	sample.name = text;
	assert_refused(*state, &sample);
	sample.name = (char[]){"fine"};
	sample.note = text;
	assert_refused(*state, &sample);

	text[FIELD_STR_MAX] = '\0';
	assert_int_equal(
	    put(scratch_begin(*state, TXN_WRITE), "k", &sample), OK);
}

static void
test_damaged_records(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} rows[] = {
	    {"", ERR_STORE},
	    {"{", ERR_STORE},
	    {"[]", ERR_STORE},
	    {"{\"v\":1}", ERR_STORE},
	    {"{\"name\":\"x\"}", ERR_STORE},
	    {"{\"v\":1,\"name\":7}", ERR_STORE},
	    {"{\"v\":1,\"name\":\"x\",\"more\":1}", ERR_STORE},
	    {"{\"v\":1,\"name\":\"x\",\"name\":\"y\"}", ERR_STORE},
	    {"{\"v\":1,\"name\":\"x\"}trailing", ERR_STORE},
	    {"{\"v\":2,\"name\":\"x\",\"more\":1}", ERR_STORE_NEWER},
	    {"{\"v\":1,\"name\":\"x\"}", OK},
	};
	struct txn *txn = scratch_begin(*state, TXN_WRITE);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(sample) struct sample sample = {0};

		sample.note = text_new("stays");
		assert_int_equal(txn_put(txn, TABLE_DEVICE, text_slice("k"),
				     text_slice(rows[i].text)),
		    OK);
		assert_int_equal(get(txn, "k", &sample), rows[i].e);
		if (rows[i].e != OK)
			assert_string_equal(sample.note, "stays");
		assert_int_equal(txn_error(txn), OK);
	}
}

static void
test_missing_record(void **state)
{
	struct txn *txn = scratch_begin(*state, TXN_READ);
	struct sample sample = {0};

	assert_int_equal(get(txn, "nothing", &sample), ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(test_round_trip),
	    STORE_TEST(test_large_record),
	    STORE_TEST(test_walk_replaces_the_record),
	    STORE_TEST(test_what_could_not_be_read_is_not_written),
	    STORE_TEST(test_damaged_records),
	    STORE_TEST(test_missing_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
