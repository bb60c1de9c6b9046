/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/config.h"

#include "base/passwd.h"
#include "varlink/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SECTION_SIZE 80
#define WRITABLE (S_IWGRP | S_IWOTH)

/* A file that a key names, and what nobody else may do with it. */
struct named_file {
	const char *key;
	size_t item;
	const char *path;
	mode_t refused;
};

struct subject {
	const struct config *config;
	char section[SECTION_SIZE];
	struct config_error *error;
};

#define REFUSE(subject, file, format, ...)                                     \
	config_refuse_item((subject)->config, (subject)->section, (file)->key, \
	    (file)->item, (subject)->error, "%s=: %.120s " format,             \
	    (file)->key, (file)->path, __VA_ARGS__)

bool
config_trusts_owner(uid_t owner)
{
	uid_t agent;

	if (owner == 0 || owner == geteuid())
		return true;
	return passwd_uid(DEFAULT_AGENT_USER, &agent) == OK && owner == agent;
}

static enum err
check_status(const struct subject *subject, const struct named_file *file,
    const struct stat *status)
{
	bool secret = (file->refused & S_IRGRP) != 0;

	if (!S_ISREG(status->st_mode))
		return REFUSE(subject, file, "%s", "is no regular file");
	if (!config_trusts_owner(status->st_uid))
		return REFUSE(subject, file,
		    "belongs to uid %u, which is neither root nor the agent",
		    status->st_uid);
	if ((status->st_mode & file->refused) != 0)
		return REFUSE(subject, file,
		    "is open to others (mode %04o): %s",
		    status->st_mode & 07777,
		    secret ? "chmod 0600" : "chmod go-w");
	return OK;
}

static enum err
check_file(const struct subject *subject, const struct named_file *file)
{
	auto_fd int fd = -1;
	struct stat status;

	if (file->path == NULL)
		return OK;
	/* a fifo must not hold us up */
	fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &status) != 0)
		return REFUSE(
		    subject, file, "cannot be read: %s", strerror(errno));
	return check_status(subject, file, &status);
}

static enum err
check_issuer(const struct config *config, const struct issuer_config *issuer,
    struct config_error *error)
{
	const struct named_file secret = {
	    "secret_file", 0, issuer->secret_file, S_IRWXG | S_IRWXO};
	const struct named_file ca = {"ca_file", 0, issuer->ca_file, WRITABLE};
	struct subject subject = {.config = config, .error = error};
	enum err e;

	snprintf(subject.section, sizeof(subject.section), "issuer %s",
	    issuer->name);
	e = check_file(&subject, &secret);
	if (e == OK)
		e = check_file(&subject, &ca);
	for (size_t i = 0; i < issuer->keys_file.count && e == OK; i++) {
		const struct named_file keys = {
		    "keys_file", i, issuer->keys_file.item[i], WRITABLE};

		e = check_file(&subject, &keys);
	}
	return e;
}

enum err
config_check_files(const struct config *config, struct config_error *error)
{
	enum err e = OK;

	for (size_t i = 0; i < config->issuer_count && e == OK; i++)
		e = check_issuer(config, &config->issuers[i], error);
	return e;
}
