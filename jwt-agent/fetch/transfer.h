/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_TRANSFER_H
#define JWT_AGENT_FETCH_TRANSFER_H

/*
 * GET over HTTP. TLS 1.2 or later with a certificate that verifies, plain HTTP
 * to loopback addresses only; no proxy, no cookie, no user name, nothing from
 * the environment. Where a redirect may lead is asked before it is followed.
 */

#include "jwt-agent/fetch/cache.h"
#include "jwt-agent/fetch/problem.h"

#include <stddef.h>
#include <stdint.h>

#define TRANSFER_REDIRECTS_MAX 3
#define TRANSFER_HEADERS_MAX (64 * 1024) /* bytes, of one response */

struct transfer;

struct transfer_options {
	const char *ca_file; /* NULL: the system's certificates */
	int64_t connect_ms;
	int64_t total_ms; /* for all that this transfer gets */
	size_t body_max;  /* bytes */
};

/* Begins all zero. */
struct page {
	char *url; /* where it was, redirects followed */
	char *text;
	size_t size;
	struct cache cache;
};

void page_clear(struct page *page);

/* Time runs from here. `options` is borrowed. */
MUST_USE enum err
transfer_new(struct transfer **out, const struct transfer_options *options);
void transfer_free(struct transfer *transfer);
DEFINE_AUTO_FREE(transfer)

/* ERR_KEYS_UNAVAILABLE with the problem, for every status but 200 too;
 * ERR_NO_MEMORY. */
MUST_USE enum err transfer_get(struct transfer *transfer, const char *url,
    struct page *out, struct problem *problem);

#endif
