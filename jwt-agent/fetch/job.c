/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/job.h"

#include "jwt-agent/fetch/document.h"
#include "base/url.h"

#include <stdio.h>
#include <string.h>

#define WELL_KNOWN "/.well-known/openid-configuration"

static enum err
get_document(struct transfer *transfer, const char *url, struct page *page,
    json_t **out, struct problem *problem)
{
	const char *why = "";
	enum err e;

	if (!url_is_allowed(url, &why))
		return problem_say(problem, PROBLEM_TEXT " %s", url, why);
	e = transfer_get(transfer, url, page, problem);
	return e == OK
	    ? document_read(page->text, page->size, page->url, out, problem)
	    : e;
}

/* OpenID Connect Discovery 1.0 section 4.1: less one slash at its end. */
static enum err
configuration_url(const char *issuer, char **out, struct problem *problem)
{
	size_t size = strlen(issuer);

	if (strpbrk(issuer, "?#") != NULL)
		return problem_say(problem,
		    PROBLEM_TEXT " has a query or fragment, which an issuer "
				 "has not",
		    issuer);
	if (size > 0 && issuer[size - 1] == '/')
		size--;
	if (asprintf(out, "%.*s" WELL_KNOWN, (int)size, issuer) < 0) {
		*out = NULL;
		return ERR_NO_MEMORY;
	}
	return OK;
}

/* Section 4.3: the issuer that the document names must be the one asked. */
static enum err
read_configuration(const json_t *document, const char *issuer, const char *url,
    char **out, struct problem *problem)
{
	const char *named =
	    json_string_value(json_object_get(document, "issuer"));
	const char *keys =
	    json_string_value(json_object_get(document, "jwks_uri"));

	if (named == NULL || strcmp(named, issuer) != 0)
		return problem_say(problem,
		    PROBLEM_TEXT " is of the issuer \"" PROBLEM_TEXT "\"", url,
		    named != NULL ? named : "");
	if (keys == NULL || strlen(keys) > FIELD_STR_MAX)
		return problem_say(
		    problem, PROBLEM_TEXT " names no jwks_uri", url);
	*out = strdup(keys);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
discover(struct transfer *transfer, const char *issuer, char **out,
    struct problem *problem)
{
	auto_clear(page) struct page page = {0};
	auto_json json_t *document = NULL;
	auto_str char *url = NULL;
	enum err e = configuration_url(issuer, &url, problem);

	if (e == OK)
		e = get_document(transfer, url, &page, &document, problem);
	return e == OK ? read_configuration(document, issuer, url, out, problem)
		       : e;
}

static enum err
get_keys(struct transfer *transfer, const char *url, struct fetch_reply *reply,
    struct problem *problem)
{
	auto_clear(page) struct page page = {0};
	auto_json json_t *document = NULL;
	enum err e = get_document(transfer, url, &page, &document, problem);
	int64_t left;

	if (e != OK)
		return e;
	left = cache_left(&page.cache);
	reply->jwks = TAKE(document);
	reply->url = TAKE(page.url);
	reply->max_age = left > 0 ? left : 0;
	reply->no_cache = left == 0;
	return OK;
}

static enum err
run(const struct fetch_request *request, const struct transfer_options *options,
    struct fetch_reply *reply, struct problem *problem)
{
	auto_free(transfer) struct transfer *transfer = NULL;
	auto_str char *keys = NULL;
	enum err e = transfer_new(&transfer, options);

	if (e == OK && request->discovery)
		e = discover(transfer, request->url, &keys, problem);
	if (e != OK)
		return e;
	return get_keys(
	    transfer, keys != NULL ? keys : request->url, reply, problem);
}

enum err
job_run(const struct fetch_request *request,
    const struct transfer_options *options, struct fetch_reply *reply)
{
	struct problem problem = {""};
	enum err e = run(request, options, reply, &problem);

	if (e != ERR_KEYS_UNAVAILABLE)
		return e;
	reply->problem = strdup(problem.text);
	return reply->problem != NULL ? OK : ERR_NO_MEMORY;
}
