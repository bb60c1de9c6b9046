/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/jws.h"
#include "jwt-agent/verify/keyset.h"
#include "jwt-agent/verify/verify_jws.h"

#include "base/fields.h"
#include "jwt-agent/cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static enum err
complain(const char *path, enum err e, const char *sentence)
{
	fprintf(stderr, "jwt-agent: %s: %s\n", path, sentence);
	return e;
}

/* To the end of the descriptor, at most `room` bytes. */
static ssize_t
read_all(int fd, uint8_t *bytes, size_t room)
{
	size_t size = 0;

	while (size < room) {
		ssize_t got = read(fd, bytes + size, room - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		size += (size_t)got;
	}
	return (ssize_t)size;
}

static enum err
read_key(const char *path, json_t **jwk)
{
	auto_free(secret) struct secret *bytes = NULL;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct keyset_problem why = {0};
	ssize_t size;
	enum err e = secret_zero(&bytes, KEYSET_SIZE_MAX);

	if (e != OK)
		return e;
	if (fd < 0)
		return complain(path, ERR_USAGE, strerror(errno));
	size = read_all(fd, secret_bytes(bytes), KEYSET_SIZE_MAX);
	if (size < 0)
		return complain(path, ERR_USAGE, strerror(errno));
	e = keyset_parse(secret_data(bytes), (size_t)size, jwk, &why);
	return e == ERR_MALFORMED ? complain(path, ERR_USAGE, why.why) : e;
}

/* A newline behind the text is the editor's or echo's; whatever else stands
 * around it belongs to it. */
static enum err
read_token(struct secret **token)
{
	auto_free(secret) struct secret *bytes = NULL;
	size_t room = TOKEN_SIZE_MAX + 2;
	enum err e = secret_zero(&bytes, room);
	ssize_t size;

	if (e != OK)
		return e;
	size = read_all(STDIN_FILENO, secret_bytes(bytes), room);
	if (size < 0)
		return complain("standard input", ERR_IO, strerror(errno));
	if (size > 0 && secret_data(bytes)[size - 1] == '\n')
		size--;
	return secret_new(token, secret_data(bytes), (size_t)size);
}

static enum err
find_algorithm(const struct call *call, const struct algorithm **algorithm)
{
	const char *name = call->option[CLI_ALG];

	*algorithm = name != NULL ? algorithm_find(name) : NULL;
	if (name == NULL || *algorithm != NULL)
		return OK;
	return complain("--alg", ERR_USAGE, "there is no such algorithm");
}

static enum err
verify(const struct secret *token, const json_t *jwk,
    const struct algorithm *algorithm)
{
	auto_str char *payload = NULL;
	struct trail trail = {0};
	uint8_t *bytes = NULL;
	size_t size = 0;
	enum err e = jws_verify(secret_text(token), secret_size(token), jwk,
	    algorithm, &trail, &bytes, &size);

	payload = (char *)bytes;
	if (e != OK && trail.count > 0)
		fprintf(stderr, "jwt-agent: %s: %s: %s\n", err_name(e),
		    trail.steps[trail.count - 1].step,
		    trail.steps[trail.count - 1].detail);
	if (e == OK && fwrite(payload, 1, size, stdout) != size)
		return ERR_IO;
	return e;
}

/* Whatever is wrong with the token is a refusal; what is wrong with the key is
 * the caller's mistake. */
int
cli_jws_verify(const struct call *call)
{
	auto_free(secret) struct secret *token = NULL;
	auto_json json_t *jwk = NULL;
	const struct algorithm *algorithm = NULL;
	enum err e = find_algorithm(call, &algorithm);

	if (e == OK)
		e = read_key(call->option[CLI_JWK], &jwk);
	if (e == OK)
		e = read_token(&token);
	if (e == OK)
		e = verify(token, jwk, algorithm);
	return err_exit(e);
}
