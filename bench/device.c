/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/device.h"

#include <sys/stat.h>

#define TIMEOUT_MS 120000

enum err
device_connect(struct client **out, const char *socket)
{
	struct client_options options = {
	    .path = socket, .timeout_ms = TIMEOUT_MS, .own_uid = (uid_t)-1};
	struct stat status;

	if (stat(socket, &status) != 0)
		return ERR_UNREACHABLE;
	options.server_uid = status.st_uid;
	return client_new(out, &options);
}

enum err
device_enroll(
    struct client *client, const char *user, struct enroll_reply *reply)
{
	static char name[] = "bench";
	const struct enroll_request request = {
	    .user = (char *)(uintptr_t)user, .name = name};

	return client_call(client,
	    &(struct client_call){
		.method = "io.jwtagent.Device.Enroll",
		.request_fields = enroll_request_fields(),
		.request = &request,
		.fd = -1,
		.reply_fields = enroll_reply_fields(),
		.reply = reply,
	    });
}
