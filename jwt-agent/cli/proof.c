/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/proof.h"

#include "base/host.h"
#include "base/id.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/verify/proof.h"
#include "jwt-agent/verify/prover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_FILE_MAX (16 * 1024)

static enum err
complain(const struct call *call, const char *path, const char *sentence)
{
	connection_complain(call, "%s: %s", path, sentence);
	return ERR_USAGE;
}

/* Up to KEY_FILE_MAX bytes of the descriptor. */
static enum err
read_all(int fd, struct secret **out)
{
	auto_free(secret) struct secret *room = NULL;
	size_t size = 0;
	ssize_t got = 1;
	enum err e = secret_zero(&room, KEY_FILE_MAX);

	if (e != OK)
		return e;
	while (got > 0 && size < KEY_FILE_MAX) {
		got = read(fd, secret_bytes(room) + size, KEY_FILE_MAX - size);
		if (got < 0 && errno != EINTR)
			return ERR_IO;
		size += got > 0 ? (size_t)got : 0;
	}
	return secret_new(out, secret_data(room), size);
}

static enum err
read_file(const struct call *call, const char *path, bool is_private,
    struct secret **out)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;
	enum err e;

	if (fd < 0 || fstat(fd, &status) != 0)
		return complain(call, path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return complain(call, path, "is not a plain file");
	if (is_private && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return complain(call, path,
		    "others can get at this private key: chmod 600");
	e = read_all(fd, out);
	return e == ERR_IO ? complain(call, path, strerror(errno)) : e;
}

enum err
proof_read_public(const struct call *call, const char *path, json_t **jwk)
{
	auto_free(secret) struct secret *text = NULL;
	const char *why = "";
	enum err e = read_file(call, path, false, &text);

	if (e != OK)
		return e;
	e = prover_public(text, jwk, &why);
	if (e == ERR_MALFORMED)
		return complain(call, path, why);
	if (e != OK)
		connection_complain(call, "%s", err_text(e));
	return e;
}

static enum err
read_private(const struct call *call, const char *path, struct key **key)
{
	auto_free(secret) struct secret *text = NULL;
	const char *why = "";
	enum err e = read_file(call, path, true, &text);

	if (e == OK)
		e = prover_key(text, key, &why);
	return e == ERR_MALFORMED ? complain(call, path, why) : e;
}

/* The agent's name is the iss of its tokens, which the configuration has. */
static enum err
sign(const struct call *call, const struct key *key, struct secret **proof)
{
	auto_free(config) struct config *config = NULL;
	char jti[ID_SIZE + 1];
	struct proof_claims claims = {.jti = jti,
	    .htm = PROOF_HTM_REFRESH,
	    .issued = host_now(&host_system)};
	enum err e = connection_config(call, &config);

	if (e == OK)
		e = id_new(&host_system, jti);
	if (e != OK)
		return e;
	claims.htu = config->issuer;
	return prover_sign(key, &claims, proof);
}

enum err
proof_make(const struct call *call, struct secret **proof)
{
	auto_free(key) struct key *key = NULL;
	const char *path = call->option[CLI_KEY];
	enum err e;

	if (path == NULL)
		path = getenv(PROOF_KEY_VARIABLE);
	if (path == NULL || path[0] == '\0')
		return OK;
	e = read_private(call, path, &key);
	return e == OK ? sign(call, key, proof) : e;
}
