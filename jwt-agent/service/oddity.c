/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/oddity.h"

#include "base/network.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/origin.h"
#include "lmdb-store/refusals.h"

#include <stdio.h>
#include <string.h>

/* Puts an element at the front of a list that keeps the first `max`. */
static enum err
push(json_t **list, json_t *element, size_t max)
{
	if (*list == NULL)
		*list = json_array();
	if (element == NULL || *list == NULL) {
		json_decref(element);
		return ERR_NO_MEMORY;
	}
	if (json_array_insert_new(*list, 0, element) != 0)
		return ERR_NO_MEMORY;
	while (json_array_size(*list) > max)
		json_array_remove(*list, json_array_size(*list) - 1);
	return OK;
}

enum err
oddity_note(struct call *call, struct device_record *device, const char *event,
    const char *detail)
{
	call_alert(call, event, detail);
	return push(&device->oddities,
	    json_pack("{sI ss ss}", "time", (json_int_t)call->now, "event",
		event, "detail", detail),
	    ODDITY_KEPT_MAX);
}

/* Where the network is among those of the device; their number if nowhere. */
static size_t
find_network(const struct device_record *device, const char *network)
{
	size_t i, count = json_array_size(device->networks);

	for (i = 0; i < count; i++) {
		const char *known =
		    json_string_value(json_array_get(device->networks, i));

		if (known != NULL && strcmp(known, network) == 0)
			break;
	}
	return i;
}

static enum err
note_network(
    struct call *call, struct device_record *device, const char *network)
{
	const char *last =
	    json_string_value(json_array_get(device->networks, 0));
	char detail[ALERT_DETAIL_SIZE];

	if (last == NULL)
		return OK; /* its first login */
	snprintf(detail, sizeof(detail), "from %.100s, last from %.100s",
	    network, last);
	return oddity_note(call, device, ODDITY_NETWORK, detail);
}

/* What can be a host's name or address; anything else is not compared. */
static bool
is_host(const char *rhost)
{
	size_t size = strlen(rhost);

	for (size_t i = 0; i < size; i++)
		if (rhost[i] <= ' ' || rhost[i] > '~')
			return false;
	return size > 0 && size < NETWORK_TEXT_SIZE;
}

/* The network of the newest login stands first. */
static enum err
look_at_network(
    struct call *call, struct device_record *device, const char *rhost)
{
	char network[NETWORK_TEXT_SIZE];
	enum err e = OK;
	size_t at;

	if (rhost == NULL || !is_host(rhost))
		return OK;
	network_text(rhost, NETWORK_V4_SITE, NETWORK_V6_SITE, network);
	at = find_network(device, network);
	if (at < json_array_size(device->networks))
		json_array_remove(device->networks, at);
	else
		e = note_network(call, device, network);
	return e == OK
	    ? push(&device->networks, json_string(network), ODDITY_NETWORKS_MAX)
	    : e;
}

static enum err
look_at_fingerprint(
    struct call *call, struct device_record *device, const char *fingerprint)
{
	char hash[ORIGIN_HASH_SIZE + 1];
	bool wanted = false;
	char *copy;
	enum err e;

	if (fingerprint == NULL || fingerprint[0] == '\0')
		return OK;
	e = flag_holds(call, FLAG_DEVICE_FINGERPRINT, device->user, &wanted);
	if (e != OK || !wanted)
		return e;
	e = origin_of_text("fingerprint", device->id, fingerprint, hash);
	if (e != OK)
		return e;
	if (device->fingerprint != NULL &&
	    strcmp(device->fingerprint, hash) == 0)
		return OK;
	if (device->fingerprint != NULL)
		e = oddity_note(call, device, ODDITY_FINGERPRINT,
		    "another fingerprint than before");
	copy = strdup(hash);
	if (copy == NULL)
		return ERR_NO_MEMORY;
	free(device->fingerprint);
	device->fingerprint = copy;
	return e;
}

enum err
oddity_of_device(struct call *call, struct device_record *device,
    const char *rhost, const char *fingerprint)
{
	enum err e = look_at_network(call, device, rhost);

	return e == OK ? look_at_fingerprint(call, device, fingerprint) : e;
}

static bool
are_recent(const struct call *call, const struct refusals_record *refusals)
{
	return call->now - refusals->since <= ODDITY_REFUSALS_SECONDS;
}

enum err
oddity_of_user(struct call *call, struct device_record *device)
{
	auto_clear(refusals_record) struct refusals_record refusals = {0};
	char detail[ALERT_DETAIL_SIZE];
	enum err e = refusals_get(call->txn, device->uid, &refusals);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	if (are_recent(call, &refusals) &&
	    refusals.count >= ODDITY_REFUSALS_MIN) {
		snprintf(detail, sizeof(detail),
		    "%lld logins were refused within the hour before",
		    (long long)refusals.count);
		e = oddity_note(call, device, ODDITY_FAILURES, detail);
	}
	return e == OK ? refusals_remove(call->txn, &refusals) : e;
}

enum err
oddity_count_refusal(struct call *call)
{
	if (call->event.uid < 0)
		return OK;
	return refusals_add(
	    call->txn, call->event.uid, call->now, ODDITY_REFUSALS_SECONDS);
}
