/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/origin.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* One part of what is hashed; the NUL between two keeps them apart. */
struct part {
	const void *data;
	size_t size;
};

static struct part
text_part(const char *text)
{
	return (struct part){
	    text != NULL ? text : "", text != NULL ? strlen(text) : 0};
}

static enum err
hash_parts(
    const struct part *parts, size_t count, char hash[ORIGIN_HASH_SIZE + 1])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t bytes[ORIGIN_HASH_BYTES];
	bool done = context != NULL &&
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; i < count && done; i++)
		done = EVP_DigestUpdate(
			   context, parts[i].data, parts[i].size) == 1 &&
		    EVP_DigestUpdate(context, "", 1) == 1;
	done = done && EVP_DigestFinal_ex(context, bytes, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (!done)
		return ERR_CRYPTO;
	base64url_encode(hash, bytes, sizeof(bytes));
	return OK;
}

enum err
origin_of_token(const char *issuer, const struct secret *token,
    char hash[ORIGIN_HASH_SIZE + 1])
{
	const char *text = secret_text(token);
	const char *end = strrchr(text, '.');
	const struct part parts[] = {text_part(issuer),
	    {text, end != NULL ? (size_t)(end - text) : secret_size(token)}};

	return hash_parts(parts, 2, hash);
}

enum err
origin_of_text(const char *kind, const char *who, const char *text,
    char hash[ORIGIN_HASH_SIZE + 1])
{
	const struct part parts[] = {
	    text_part(kind), text_part(who), text_part(text)};

	return hash_parts(parts, 3, hash);
}

enum err
origin_of_issuer(const char *issuer, char hash[ORIGIN_HASH_SIZE + 1])
{
	const struct part parts[] = {text_part("issuer"), text_part(issuer)};

	return hash_parts(parts, 2, hash);
}

/* A claim that is a text, a copy; without it NULL. */
static enum err
find_text(const struct verified *token, const char *path, char **out)
{
	auto_json json_t *value = NULL;
	enum err e = claims_find(token->claims, path, &value);

	if (e == ERR_NOT_FOUND || (e == OK && !json_is_string(value)))
		return OK;
	if (e != OK)
		return e;
	*out = strdup(json_string_value(value));
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

/* RFC 9068 section 2.2 says client_id, OpenID Connect says azp. */
static enum err
find_client(const struct verified *token, char **out)
{
	enum err e = find_text(token, "client_id", out);

	return e == OK && *out == NULL ? find_text(token, "azp", out) : e;
}

static enum err
hash_device(const struct verified *token, int64_t uid, const char *client,
    const char *rhost, char hash[ORIGIN_HASH_SIZE + 1])
{
	const char *issuer = token->issuer->issuer;
	const char *subject =
	    token->subject != NULL ? token->subject : token->user;
	auto_str char *jkt = NULL;
	char number[24];
	enum err e = find_text(token, "cnf.jkt", &jkt);

	snprintf(number, sizeof(number), "%lld", (long long)uid);
	if (e == OK && jkt != NULL)
		return hash_parts(
		    (struct part[]){text_part("key"), text_part(issuer),
			text_part(number), text_part(jkt)},
		    4, hash);
	if (e == OK)
		e = hash_parts(
		    (struct part[]){text_part("place"), text_part(issuer),
			text_part(number), text_part(subject),
			text_part(client), text_part(rhost)},
		    6, hash);
	return e;
}

/* What people read in a list: the client if it has a readable name. */
static const char *
name_of(const struct verified *token, const char *client)
{
	if (client == NULL || client[0] == '\0' || strlen(client) > 64)
		return token->issuer->name;
	for (const char *at = client; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			return token->issuer->name;
	return client;
}

static enum err
make_device(struct call *call, const struct verified *token, const char *user,
    int64_t uid, const char *name, const char *origin,
    struct device_record *device)
{
	char id[ID_SIZE + 1];
	enum err e = id_new(call->service->host, id);

	if (e != OK)
		return e;
	device->id = strdup(id);
	device->user = strdup(user);
	device->uid = uid;
	device->name = strdup(name);
	device->created = call->now;
	device->issuer = strdup(token->issuer->issuer);
	device->origin = strdup(origin);
	device->state = strdup(DEVICE_ACTIVE);
	if (device->id == NULL || device->user == NULL ||
	    device->name == NULL || device->issuer == NULL ||
	    device->origin == NULL || device->state == NULL)
		return ERR_NO_MEMORY;
	return OK;
}

enum err
origin_device(struct call *call, const struct verified *token, const char *user,
    int64_t uid, const char *rhost, struct device_record *device, bool *is_new)
{
	auto_str char *client = NULL;
	char hash[ORIGIN_HASH_SIZE + 1];
	enum err e = find_client(token, &client);

	if (e == OK)
		e = hash_device(token, uid, client, rhost, hash);
	if (e == OK)
		e = device_get_by_origin(call->txn, hash, device);
	*is_new = e == ERR_NO_SUCH_DEVICE;
	if (*is_new)
		e = make_device(call, token, user, uid, name_of(token, client),
		    hash, device);
	return e;
}
