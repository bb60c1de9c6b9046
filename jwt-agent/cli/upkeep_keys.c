/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/upkeep.h"

#include "base/member.h"
#include "jwt-agent/cli/connection.h"
#include "lmdb-store/signkey.h"
#include "lmdb-store/upkeep.h"
#include "varlink/key.h"
#include "varlink/login.h"

#include <string.h>
#include <time.h>

#define DAYS(seconds) ((long long)((seconds) / JOB_DAY))

static enum err
list_keys(const struct call *call, json_t **keys)
{
	struct empty request;

	return connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Key.List",
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "key", key_view_fields(), keys);
}

/* The signing key in this state; NULL. */
static const json_t *
key_in(const json_t *keys, const char *state)
{
	const json_t *key;
	size_t i;

	json_array_foreach (keys, i, key)
		if (member_is(key, "kind", KEY_SIGNING) &&
		    member_is(key, "state", state))
			return key;
	return NULL;
}

static const char *
rotate(struct upkeep *upkeep, int64_t age)
{
	struct call with = {.argument = NULL};

	if (strcmp(upkeep->config->key_rotation, "auto") != 0)
		return upkeep_say(upkeep, UPKEEP_DUE,
		    "the signing key is %lld days old: jwt-agent key rotate",
		    DAYS(age));
	if (upkeep_command(upkeep, "key", "rotate", &with) != 0)
		return upkeep_say(upkeep, UPKEEP_FAILED,
		    "the signing key is %lld days old, and was not rotated",
		    DAYS(age));
	return upkeep_say(upkeep, UPKEEP_OK,
	    "the signing key was %lld days old: a new one follows it",
	    DAYS(age));
}

/* One that waits to sign follows by itself. */
const char *
upkeep_keys(struct upkeep *upkeep)
{
	auto_json json_t *keys = NULL;
	const json_t *active;
	int64_t age;
	enum err e = list_keys(upkeep->call, &keys);

	if (e != OK)
		return upkeep_say(upkeep, UPKEEP_FAILED, "%s", err_text(e));
	active = key_in(keys, SIGNKEY_ACTIVE);
	if (active == NULL)
		return upkeep_say(
		    upkeep, UPKEEP_FAILED, "no key of the agent signs");
	age = (int64_t)time(NULL) -
	    json_integer_value(json_object_get(active, "since"));
	if (key_in(keys, SIGNKEY_NEXT) != NULL)
		return upkeep_say(
		    upkeep, UPKEEP_OK, "a new signing key waits to sign");
	if (age < upkeep->config->key_max_age)
		return upkeep_say(upkeep, UPKEEP_OK,
		    "the signing key is %lld days old", DAYS(age));
	return rotate(upkeep, age);
}
