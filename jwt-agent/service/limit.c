/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/limit.h"

#include "base/network.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define TAG_SIZE 16
#define HASH_SIZE 32
#define WAYS 8 /* where an entry may stand */
#define SETS (LIMIT_ENTRIES / WAYS)

struct entry {
	uint8_t tag[TAG_SIZE];
	int64_t since; /* 0: the entry is free */
	int64_t refused;
	int64_t codes; /* wrong ones */
	bool told;     /* of them */
};

struct table {
	struct entry sets[SETS][WAYS];
};

struct limit {
	const struct config *config;
	uint8_t key[HASH_SIZE];
	int64_t last; /* when anything was counted */
	struct table places;
	struct table pairs;
};

/* The two counters of an attempt; a local one has no place. */
struct counters {
	struct entry *place;
	struct entry *pair;
};

enum err
limit_new(
    struct limit **out, const struct config *config, const struct host *host)
{
	auto_free(limit) struct limit *limit = calloc(1, sizeof(*limit));
	enum err e;

	if (limit == NULL)
		return ERR_NO_MEMORY;
	limit->config = config;
	e = host_random(host, limit->key, sizeof(limit->key));
	if (e == OK)
		*out = TAKE(limit);
	return e;
}

void
limit_free(struct limit *limit)
{
	free(limit);
}

static bool
is_live(const struct limit *limit, int64_t since, int64_t now)
{
	return since != 0 && since <= now &&
	    now - since < limit->config->limit_window;
}

/* Most logins find that nothing was counted lately, and hash nothing. */
static bool
is_quiet(const struct limit *limit, int64_t now)
{
	return !is_live(limit, limit->last, now);
}

static bool
is_known(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* Without memory many share one counter, which locks nobody out. */
static void
hash(const uint8_t key[HASH_SIZE], const char *text, uint8_t out[HASH_SIZE])
{
	size_t size = 0;

	if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, HASH_SIZE,
		(const uint8_t *)text, strlen(text), out, HASH_SIZE,
		&size) == NULL)
		memset(out, 0, HASH_SIZE);
}

/* Each text is hashed under the hash of the one before it. */
static void
tag_of(const struct limit *limit, const char *kind, const char *where,
    const char *user, uint8_t out[HASH_SIZE])
{
	uint8_t first[HASH_SIZE], second[HASH_SIZE];

	hash(limit->key, kind, first);
	hash(first, where, second);
	hash(second, user, out);
}

static int64_t
weight(const struct entry *entry)
{
	return entry->refused + entry->codes;
}

/* Whether `left` is to make room rather than `right`. */
static bool
is_lighter(const struct limit *limit, const struct entry *left,
    const struct entry *right, int64_t now)
{
	bool left_lives = is_live(limit, left->since, now);
	bool right_lives = is_live(limit, right->since, now);

	if (left_lives != right_lives)
		return right_lives;
	if (weight(left) != weight(right))
		return weight(left) < weight(right);
	return left->since < right->since;
}

/* The live entry of this tag; else NULL, or with `make` one that is new. */
static struct entry *
find(const struct limit *limit, struct table *table,
    const uint8_t tag[HASH_SIZE], int64_t now, bool make)
{
	/* what is behind the tag says where it stands */
	size_t set = (size_t)(tag[TAG_SIZE] | tag[TAG_SIZE + 1] << 8) % SETS;
	struct entry *ways = table->sets[set], *lightest = &ways[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (is_live(limit, ways[i].since, now) &&
		    memcmp(ways[i].tag, tag, TAG_SIZE) == 0)
			return &ways[i];
		if (is_lighter(limit, &ways[i], lightest, now))
			lightest = &ways[i];
	}
	if (!make)
		return NULL;
	*lightest = (struct entry){.since = now};
	memcpy(lightest->tag, tag, TAG_SIZE);
	return lightest;
}

static struct counters
find_counters(struct limit *limit, const struct limit_place *place, int64_t now,
    bool make)
{
	const char *user = place->user != NULL ? place->user : "";
	struct counters counters = {NULL, NULL};
	uint8_t tag[HASH_SIZE];
	char where[NETWORK_TEXT_SIZE];

	if (!is_known(place->rhost)) {
		tag_of(limit, "tty", is_known(place->tty) ? place->tty : "",
		    user, tag);
		counters.pair = find(limit, &limit->pairs, tag, now, make);
		return counters;
	}
	network_text(place->rhost, NETWORK_V4_HOST, NETWORK_V6_LINK, where);
	tag_of(limit, "rhost", where, "", tag);
	counters.place = find(limit, &limit->places, tag, now, make);
	tag_of(limit, "user", where, user, tag);
	counters.pair = find(limit, &limit->pairs, tag, now, make);
	return counters;
}

/* What the user mistyped is no longer held against the place either, as far
 * as it was counted in the window that the place has now. */
static void
clear(struct counters *counters)
{
	struct entry *place = counters->place, *pair = counters->pair;

	if (pair == NULL)
		return;
	if (place != NULL && pair->since >= place->since)
		place->refused -= pair->refused < place->refused
		    ? pair->refused
		    : place->refused;
	*pair = (struct entry){0};
}

/* Of codes, an rhost as a whole is counted: names cost a guesser nothing. */
static struct entry *
code_counter(struct counters *counters)
{
	return counters->place != NULL ? counters->place : counters->pair;
}

void
limit_note(struct limit *limit, const struct limit_place *place,
    enum limit_event event, int64_t now)
{
	struct counters counters;

	if (event == LIMIT_PASSED && is_quiet(limit, now))
		return;
	counters = find_counters(limit, place, now, event != LIMIT_PASSED);
	if (event == LIMIT_PASSED) {
		clear(&counters);
		return;
	}
	limit->last = now;
	if (event == LIMIT_TOLD) {
		code_counter(&counters)->told = true;
		return;
	}
	counters.pair->refused++;
	if (counters.place != NULL)
		counters.place->refused++;
	if (event == LIMIT_WRONG_CODE)
		code_counter(&counters)->codes++;
}

bool
limit_reached(struct limit *limit, const struct limit_place *place, int64_t now)
{
	int64_t most = limit->config->limit_attempts;
	struct counters counters;

	if (is_quiet(limit, now))
		return false;
	counters = find_counters(limit, place, now, false);
	return (counters.place != NULL && counters.place->refused >= most) ||
	    (counters.pair != NULL && counters.pair->refused >= most);
}

/* NULL: nothing is counted. */
static const struct entry *
find_code_counter(
    struct limit *limit, const struct limit_place *place, int64_t now)
{
	struct counters counters;

	if (is_quiet(limit, now))
		return NULL;
	counters = find_counters(limit, place, now, false);
	return is_known(place->rhost) ? counters.place : counters.pair;
}

int64_t
limit_codes_left(
    struct limit *limit, const struct limit_place *place, int64_t now)
{
	int64_t most = limit->config->limit_code_attempts;
	const struct entry *entry = find_code_counter(limit, place, now);

	if (entry == NULL)
		return most;
	return entry->codes < most ? most - entry->codes : 0;
}

bool
limit_is_told(struct limit *limit, const struct limit_place *place, int64_t now)
{
	const struct entry *entry = find_code_counter(limit, place, now);

	return entry != NULL && entry->told;
}
