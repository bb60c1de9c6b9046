/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LMDB_STORE_SAMPLE_H
#define TESTS_LMDB_STORE_SAMPLE_H

/*
 * Records with every required member set, to be cleared by the caller.
 */

#include "lmdb-store/audit.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/session.h"
#include "lmdb-store/signkey.h"

struct scratch;

/* Bytes that the tests look for in the files of the store. */
#define SAMPLE_SECRET "FAMILY-SECRET-0123456789-abcdef!"
#define SAMPLE_PRIVATE "PRIVATE-KEY-BYTES-0123456789-abc"

/* A secret of 32 bytes. */
struct secret *sample_secret(const char *bytes);

struct device_record sample_device(const char *id, int64_t uid);
struct family_record sample_family(const struct seal *seal, const char *id);
struct session_record sample_session(const char *id, const char *device);
struct signkey_record sample_signkey(const struct seal *seal, const char *kid);
struct audit_record sample_audit(const char *event);

/* Leaves a checkpoint at the newest event, as a head that is given out does;
 * whether the ones before it had been changed. */
bool sample_head(struct scratch *scratch);

/* Sets a text of a record. */
void sample_set(char **member, const char *text);

#endif
