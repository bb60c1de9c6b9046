/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_SERVICE_KEYSCENE_H
#define TESTS_SERVICE_KEYSCENE_H

/*
 * Devices whose tokens have to outlive what is done to the keys of the agent,
 * and what is done to them as one request each.
 */

#include "jwt-agent/service/key.h"
#include "tests/service/agency.h"

#define KEYSCENE_DEVICES_MAX 512

struct keyscene {
	struct agency *agency;
	struct secret *refresh[KEYSCENE_DEVICES_MAX];
	struct secret *access; /* the newest of any device */
	size_t devices;
	struct key_view view; /* of the last rotation */
};

void keyscene_clear(struct keyscene *scene);

void keyscene_enroll(struct keyscene *scene, size_t devices);

/* The device's refresh, and a login with the access token that it gives. Each
 * asserts that it worked. */
void keyscene_refresh(struct keyscene *scene, size_t device);
void keyscene_log_in(struct keyscene *scene);

enum err
keyscene_try_log_in(struct keyscene *scene, const struct secret *token);

enum err keyscene_rotate(struct keyscene *scene, bool now);
enum err keyscene_rotate_data(struct keyscene *scene);
enum err keyscene_rotate_master(struct keyscene *scene, const char *given);
enum err keyscene_settle_master(struct keyscene *scene);

/* One step of a sweep. */
enum err keyscene_sweep(struct keyscene *scene, const char *name);

/* How many keys there are of this kind, and in this state (NULL: in any). */
size_t
keyscene_count(struct keyscene *scene, const char *kind, const char *state);

/* The kid of the signing key in this state, to be freed; NULL. */
char *keyscene_kid(struct keyscene *scene, const char *state);

/* The store agrees with itself, and every sealed value opens. */
void keyscene_assert_sound(struct keyscene *scene);

#endif
