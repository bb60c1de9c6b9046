/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Makes a store with many devices, each with a refresh family and a session
 * that has ended, as fast as the disk takes it: large_store DIRECTORY
 * MASTER_KEY DEVICES [YEARS]. Their times are spread over the last YEARS
 * (2) up to now, evenly. Run as whoever is to own the store; what is there
 * already stays.
 */

#include "base/base64url.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/session.h"
#include "lmdb-store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BATCH 5000
#define DEVICES_MAX 100000000
#define OF_USER 4 /* devices of one user */
#define UID_FIRST 10000
#define MAP_MAX ((size_t)16 << 30)
#define FAMILY_ID_BYTES 16
#define YEAR (INT64_C(365) * 86400)
#define FAMILY_LIFETIME (2 * YEAR)
#define SESSION_SECONDS 900
#define TEXT_SIZE 64

struct plan {
	struct store *store;
	size_t devices;
	int64_t begin, now; /* seconds since 1970 */
};

/* What the records of one device share. */
struct unit {
	char device[TEXT_SIZE], family[TEXT_SIZE], session[TEXT_SIZE];
	char user[TEXT_SIZE];
	int64_t uid;
	int64_t time;
};

static enum err
make_unit(const struct plan *plan, size_t i, struct unit *unit)
{
	uint8_t id[FAMILY_ID_BYTES];
	const size_t user = i / OF_USER;
	enum err e = host_random(&host_system, id, sizeof(id));

	if (e != OK)
		return e;
	base64url_encode(unit->family, id, sizeof(id));
	snprintf(unit->device, TEXT_SIZE, "0%025zu", i);
	snprintf(unit->session, TEXT_SIZE, "0%025zu", i);
	snprintf(unit->user, TEXT_SIZE, "user%zu", user);
	unit->uid = UID_FIRST + (int64_t)user;
	unit->time = plan->begin +
	    (int64_t)((double)(plan->now - plan->begin) * (double)i /
		(double)plan->devices);
	return OK;
}

/* The records borrow their texts, and are not cleared. */
static enum err
put_device(struct txn *txn, struct unit *unit)
{
	char name[] = "laptop", state[] = DEVICE_ACTIVE;
	char service[] = "sshd", rhost[] = "192.0.2.17";
	const struct device_record device = {
	    .id = unit->device,
	    .user = unit->user,
	    .uid = unit->uid,
	    .name = name,
	    .created = unit->time,
	    .family = unit->family,
	    .state = state,
	    .seen = unit->time,
	    .seen_rhost = rhost,
	    .seen_service = service,
	};

	return device_put(txn, &device);
}

static enum err
put_family(const struct plan *plan, struct txn *txn, struct unit *unit)
{
	auto_free(secret) struct secret *secret = NULL;
	char state[] = FAMILY_ACTIVE;
	struct family_record family = {
	    .id = unit->family,
	    .device = unit->device,
	    .uid = unit->uid,
	    .generation = 1,
	    .rotated = unit->time,
	    .created = unit->time,
	    .last_used = unit->time,
	    .expires = unit->time + FAMILY_LIFETIME,
	    .state = state,
	};
	enum err e = secret_zero(&secret, SEAL_KEY_SIZE);

	if (e == OK)
		e = host_random(
		    &host_system, secret_bytes(secret), secret_size(secret));
	if (e == OK)
		e = family_set_secret(store_seal(plan->store), &family, secret);
	if (e == OK)
		e = family_put(txn, &family);
	free(family.secret);
	return e;
}

static enum err
put_session(struct txn *txn, struct unit *unit)
{
	char issuer[] = "https://agent.test", service[] = "sshd";
	char state[] = SESSION_CLOSED, rhost[] = "192.0.2.17", tty[] = "ssh";
	char reason[] = "closed";
	const struct session_record session = {
	    .id = unit->session,
	    .user = unit->user,
	    .uid = unit->uid,
	    .device = unit->device,
	    .issuer = issuer,
	    .jti_hash = unit->family,
	    .service = service,
	    .state = state,
	    .tty = tty,
	    .rhost = rhost,
	    .created = unit->time,
	    .opened = unit->time,
	    .activity = unit->time,
	    .expires = unit->time + SESSION_SECONDS,
	    .ended = unit->time + SESSION_SECONDS,
	    .reason = reason,
	    .family = unit->family,
	};

	return session_put(txn, NULL, &session);
}

static enum err
put_unit(const struct plan *plan, struct txn *txn, size_t i)
{
	struct unit unit = {.uid = 0};
	enum err e = make_unit(plan, i, &unit);

	if (e == OK)
		e = put_device(txn, &unit);
	if (e == OK)
		e = put_family(plan, txn, &unit);
	return e == OK ? put_session(txn, &unit) : e;
}

static enum err
put_batch(const struct plan *plan, size_t from, size_t to)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(plan->store, TXN_WRITE, &txn);

	for (size_t i = from; i < to && e == OK; i++)
		e = put_unit(plan, txn, i);
	return e == OK ? txn_commit(TAKE(txn)) : e;
}

static enum err
put_all(const struct plan *plan)
{
	size_t from = 0;
	enum err e = OK;

	while (from < plan->devices && e == OK) {
		size_t to =
		    from + BATCH < plan->devices ? from + BATCH : plan->devices;

		e = put_batch(plan, from, to);
		if (e == ERR_STORE_GROW)
			e = store_grow(plan->store);
		else if (e == OK)
			from = to;
	}
	return e;
}

static enum err
run(char **argv, struct plan *plan, struct store_error *why)
{
	const struct store_options options = {
	    .path = argv[1],
	    .master_key = argv[2],
	    .map_start = STORE_MAP_START,
	    .map_max = MAP_MAX,
	    .host = &host_system,
	};
	enum err e = store_open(&plan->store, &options, why);

	if (e != OK)
		return e;
	e = put_all(plan);
	if (e != OK)
		store_refuse(
		    why, e, "%s (%s)", err_text(e), store_problem(plan->store));
	printf("%zu devices, %zu MiB\n", plan->devices,
	    store_size(plan->store) >> 20);
	store_free(plan->store);
	return e;
}

int
main(int argc, char **argv)
{
	struct store_error why = {""};
	struct plan plan = {.now = host_now(&host_system)};
	enum err e = ERR_USAGE;

	if (argc == 4 || argc == 5)
		plan.devices = strtoul(argv[3], NULL, 10);
	if (plan.devices > 0 && plan.devices <= DEVICES_MAX) {
		plan.begin = plan.now -
		    YEAR * (argc == 5 ? strtol(argv[4], NULL, 10) : 2);
		e = run(argv, &plan, &why);
	} else {
		store_refuse(&why, e,
		    "usage: large_store DIRECTORY MASTER_KEY DEVICES [YEARS]");
	}
	if (e != OK)
		fprintf(stderr, "large_store: %s\n", why.text);
	return err_exit(e);
}
