/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fetcher: a request on standard input until its end, a reply on standard
 * output. It is the only program here that speaks to the network.
 */
#include "jwt-agent/fetch/confinement.h"
#include "jwt-agent/fetch/job.h"

#include <stdio.h>
#include <string.h>

static const struct transfer_options limits = {
    .connect_ms = FETCH_CONNECT_SECONDS * 1000,
    .total_ms = FETCH_SECONDS * 1000,
    .body_max = FETCH_BODY_MAX,
};

/* Out of memory, jansson 2.14 can drop a member and go on: better no reply
 * than keys that are not what was fetched. */
static void *
allocate_or_abort(size_t size)
{
	void *block = malloc(size);

	if (block == NULL)
		abort();
	return block;
}

static enum err
read_request(struct fetch_request *out, struct problem *problem)
{
	auto_json json_t *json = NULL;
	char text[FETCH_REQUEST_MAX + 1];
	size_t size = fread(text, 1, sizeof(text), stdin);
	struct field_error error = {"it", "is not JSON"};

	if (size > FETCH_REQUEST_MAX)
		return problem_say(problem, "the request is too long");
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	if (json != NULL &&
	    fields_decode(fetch_request_fields(), json, out, &error) == OK)
		return OK;
	return problem_say(problem, "the request is not valid: %s %s",
	    error.member, error.problem);
}

static enum err
do_job(struct fetch_reply *reply, struct problem *problem)
{
	auto_clear(fetch_request) struct fetch_request request = {0};
	struct transfer_options options = limits;
	enum err e = confine(FETCH_SECONDS + 1, problem);

	if (e == OK)
		e = read_request(&request, problem);
	if (e != OK)
		return e;
	options.ca_file = request.ca_file;
	return job_run(&request, &options, reply);
}

static enum err
write_reply(const struct fetch_reply *reply, size_t *size)
{
	auto_json json_t *json = NULL;
	auto_str char *text = NULL;
	enum err e = fields_encode(fetch_reply_fields(), reply, &json);

	if (e != OK)
		return e;
	text = json_dumps(json, JSON_COMPACT);
	if (text == NULL)
		return ERR_NO_MEMORY;
	*size = strlen(text);
	if (*size > FETCH_REPLY_MAX)
		return ERR_KEYS_UNAVAILABLE;
	return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? OK : ERR_IO;
}

static enum err
write_problem(struct problem *problem)
{
	struct fetch_reply reply = {.problem = problem->text};
	size_t size;

	return write_reply(&reply, &size);
}

/* Numbers may take more room than they took before: 1e1 becomes 10.0. */
static enum err
answer(const struct fetch_reply *reply)
{
	struct problem problem = {""};
	size_t size = 0;
	enum err e = write_reply(reply, &size);

	if (e != ERR_KEYS_UNAVAILABLE)
		return e;
	problem_say(&problem,
	    "the answer to GET " PROBLEM_TEXT " has numbers that take %zu "
	    "bytes to pass on",
	    reply->url, size);
	return write_problem(&problem);
}

/* Ends without tidying up: all that it has goes with the process, which
 * cannot look for leaks in itself when it may not be traced. */
int
main(void)
{
	auto_clear(fetch_reply) struct fetch_reply reply = {0};
	struct problem problem = {""};
	enum err e;

	json_set_alloc_funcs(allocate_or_abort, free);
	e = do_job(&reply, &problem);
	if (e == ERR_KEYS_UNAVAILABLE)
		e = write_problem(&problem);
	else if (e == OK)
		e = answer(&reply);
	_exit(err_exit(e));
}
