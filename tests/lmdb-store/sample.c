/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lmdb-store/sample.h"

#include "lmdb-store/checkpoint.h"
#include "tests/lmdb-store/scratch.h"

void
sample_set(char **member, const char *text)
{
	free(*member);
	*member = text_new(text);
}

struct secret *
sample_secret(const char *bytes)
{
	struct secret *secret = NULL;

	assert_int_equal(secret_new(&secret, bytes, 32), OK);
	return secret;
}

struct device_record
sample_device(const char *id, int64_t uid)
{
	return (struct device_record){
	    .id = text_new(id),
	    .user = text_new("alice"),
	    .uid = uid,
	    .name = text_new("laptop"),
	    .created = 1700000000,
	    .family = text_new("F"),
	    .state = text_new(DEVICE_ACTIVE),
	};
}

struct family_record
sample_family(const struct seal *seal, const char *id)
{
	auto_free(secret) struct secret *secret = sample_secret(SAMPLE_SECRET);
	struct family_record record = {
	    .id = text_new(id),
	    .device = text_new("D"),
	    .uid = 1000,
	    .generation = 1,
	    .rotated = 1700000000,
	    .created = 1700000000,
	    .last_used = 1700000000,
	    .expires = 1800000000,
	    .state = text_new(FAMILY_ACTIVE),
	};

	assert_int_equal(family_set_secret(seal, &record, secret), OK);
	return record;
}

struct session_record
sample_session(const char *id, const char *device)
{
	return (struct session_record){
	    .id = text_new(id),
	    .user = text_new("alice"),
	    .uid = 1000,
	    .device = text_new(device),
	    .issuer = text_new("https://localhost"),
	    .jti_hash = text_new("hash"),
	    .service = text_new("sshd"),
	    .state = text_new(SESSION_PENDING),
	    .created = 1700000000,
	    .activity = 1700000000,
	    .expires = 1700000900,
	    .due = 1700000120,
	};
}

struct signkey_record
sample_signkey(const struct seal *seal, const char *kid)
{
	auto_free(secret) struct secret *key = sample_secret(SAMPLE_PRIVATE);
	struct signkey_record record = {
	    .kid = text_new(kid),
	    .algorithm = text_new("ES256"),
	    .state = text_new(SIGNKEY_ACTIVE),
	    .created = 1700000000,
	};

	assert_int_equal(signkey_set_private(seal, &record, key), OK);
	return record;
}

struct audit_record
sample_audit(const char *event)
{
	return (struct audit_record){
	    .time = 1700000000,
	    .event = text_new(event),
	    .outcome = text_new("granted"),
	    .reason = text_new("ok"),
	    .uid = -1,
	    .caller_pid = 42,
	};
}

bool
sample_head(struct scratch *scratch)
{
	const struct seal *seal = store_seal(scratch->store);
	auto_clear(audit_record) struct audit_record event = {0};
	struct checkpoint_record record = {.time = 1700000000};
	bool changed = true;

	assert_int_equal(audit_prev(scratch->txn, INT64_MAX, &event), OK);
	record.seq = event.seq;
	record.link = event.link;
	assert_int_equal(
	    checkpoint_add(scratch->txn, seal, &record, &changed), OK);
	return changed;
}
