/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/transfer.h"

#include "base/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define STATUS_OK 200
#define LINE_MAX_TAKEN 1024 /* a longer field is not one that we read */
#define BODY_FIRST ((size_t)16 * 1024)

struct transfer {
	const struct transfer_options *options;
	CURL *curl;
	int64_t ends; /* monotonic milliseconds */
	char error[CURL_ERROR_SIZE];
};

/* One request and what has come of its answer. */
struct exchange {
	const struct transfer *transfer;
	bool plain;
	size_t headers;
	size_t room;
	struct page page;
	const char *excess; /* what is larger than `max` bytes */
	size_t max;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
page_clear(struct page *page)
{
	free(page->url);
	free(page->text);
	*page = (struct page){0};
}

static void
exchange_clear(struct exchange *exchange)
{
	page_clear(&exchange->page);
}

static bool
is_loopback(const struct sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		return ntohl(four.sin_addr.s_addr) >> 24 == 127;
	}
	memcpy(&six, address, sizeof(six));
	return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
}

/* Whatever the URL's host was made to mean: plain text stays on the machine. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct exchange *exchange = context;

	(void)purpose;
	if ((address->family != AF_INET && address->family != AF_INET6) ||
	    (exchange->plain && !is_loopback(&address->addr)))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static size_t
refuse(struct exchange *exchange, const char *excess, size_t max)
{
	exchange->excess = excess;
	exchange->max = max;
	return 0;
}

static size_t
on_header(char *text, size_t one, size_t size, void *context)
{
	struct exchange *exchange = context;
	char line[LINE_MAX_TAKEN + 1];

	(void)one;
	exchange->headers += size;
	if (exchange->headers > TRANSFER_HEADERS_MAX)
		return refuse(exchange, "header", TRANSFER_HEADERS_MAX);
	if (size > LINE_MAX_TAKEN)
		return size;
	memcpy(line, text, size);
	line[size] = '\0';
	if (strncmp(line, "HTTP/", 5) == 0) /* forgets what a 1xx said */
		exchange->page.cache = CACHE_UNSAID;
	cache_take(&exchange->page.cache, line);
	return size;
}

static enum err
make_room(struct exchange *exchange, size_t size)
{
	size_t room = exchange->room > 0 ? exchange->room : BODY_FIRST;
	char *text;

	while (room < exchange->page.size + size)
		room *= 2;
	if (room == exchange->room)
		return OK;
	text = realloc(exchange->page.text, room);
	if (text == NULL)
		return ERR_NO_MEMORY;
	exchange->page.text = text;
	exchange->room = room;
	return OK;
}

static size_t
on_body(char *text, size_t one, size_t size, void *context)
{
	struct exchange *exchange = context;
	size_t max = exchange->transfer->options->body_max;

	(void)one;
	if (size > max - exchange->page.size)
		return refuse(exchange, "answer", max);
	if (make_room(exchange, size) != OK)
		return 0;
	memcpy(exchange->page.text + exchange->page.size, text, size);
	exchange->page.size += size;
	return size;
}

/* Those that hold for all requests. An empty proxy is none at all; without an
 * offer of encodings, nothing is unpacked. */
static bool
set_rules(CURL *curl, char *error)
{
	return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http") ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
		CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_USERAGENT,
		"jwt-agent-fetcher/" PACKAGE_VERSION) == CURLE_OK;
}

/* The directory goes too: ca_file is all that is trusted then. */
static bool
set_trust(CURL *curl, const char *ca_file)
{
	if (curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_SSLVERSION,
		(long)CURL_SSLVERSION_TLSv1_2) != CURLE_OK)
		return false;
	return ca_file == NULL ||
	    (curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK);
}

static bool
set_receivers(CURL *curl, struct exchange *exchange)
{
	return curl_easy_setopt(
		   curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, exchange) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange) == CURLE_OK;
}

static bool
set_request(CURL *curl, const char *url, int64_t connect_ms, int64_t left_ms)
{
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
		(long)connect_ms) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left_ms) ==
	    CURLE_OK;
}

enum err
transfer_new(struct transfer **out, const struct transfer_options *options)
{
	auto_free(transfer) struct transfer *transfer =
	    calloc(1, sizeof(*transfer));

	if (transfer == NULL)
		return ERR_NO_MEMORY;
	transfer->options = options;
	transfer->ends = now_ms() + options->total_ms;
	transfer->curl = curl_easy_init();
	if (transfer->curl == NULL ||
	    !set_rules(transfer->curl, transfer->error) ||
	    !set_trust(transfer->curl, options->ca_file))
		return ERR_NO_MEMORY;
	*out = TAKE(transfer);
	return OK;
}

void
transfer_free(struct transfer *transfer)
{
	if (transfer == NULL)
		return;
	curl_easy_cleanup(transfer->curl);
	free(transfer);
}

static enum err
explain_connection(
    struct transfer *transfer, const char *url, struct problem *problem)
{
	long number = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &number);
	return problem_say(problem, "could not connect to " PROBLEM_TEXT ": %s",
	    url, number != 0 ? strerror((int)number) : "no way to its host");
}

static enum err
explain_time(
    struct transfer *transfer, const char *url, struct problem *problem)
{
	curl_off_t connected = 0;

	curl_easy_getinfo(
	    transfer->curl, CURLINFO_PRETRANSFER_TIME_T, &connected);
	if (connected == 0)
		return problem_say(problem,
		    "could not connect to " PROBLEM_TEXT " in time", url);
	return problem_say(problem,
	    "GET " PROBLEM_TEXT " took longer than the %g s that a fetch may "
	    "take",
	    url, (double)transfer->options->total_ms / 1000);
}

/* What libcurl says of TLS names no byte of the answer. */
static enum err
explain_tls(struct transfer *transfer, const char *url, const char *what,
    CURLcode code, struct problem *problem)
{
	return problem_say(problem, "%s " PROBLEM_TEXT ": %s", what, url,
	    transfer->error[0] != '\0' ? transfer->error
				       : curl_easy_strerror(code));
}

static enum err
explain_excess(
    const struct exchange *exchange, const char *url, struct problem *problem)
{
	if (exchange->excess == NULL)
		return ERR_NO_MEMORY;
	return problem_say(problem,
	    "the %s of GET " PROBLEM_TEXT " is larger than %zu KiB",
	    exchange->excess, url, exchange->max / 1024);
}

static enum err
explain(struct transfer *transfer, const struct exchange *exchange,
    const char *url, CURLcode code, struct problem *problem)
{
	switch (code) {
	case CURLE_WRITE_ERROR:
		return explain_excess(exchange, url, problem);
	case CURLE_COULDNT_RESOLVE_HOST:
		return problem_say(
		    problem, "the host of " PROBLEM_TEXT " was not found", url);
	case CURLE_COULDNT_CONNECT:
		return explain_connection(transfer, url, problem);
	case CURLE_OPERATION_TIMEDOUT:
		return explain_time(transfer, url, problem);
	case CURLE_PEER_FAILED_VERIFICATION:
		return explain_tls(transfer, url,
		    "the certificate is not good for", code, problem);
	case CURLE_SSL_CACERT_BADFILE:
		return problem_say(problem,
		    "no certificates could be read from " PROBLEM_TEXT,
		    transfer->options->ca_file != NULL
			? transfer->options->ca_file
			: "the system's store");
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		return explain_tls(
		    transfer, url, "no TLS connection to", code, problem);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return problem_say(problem,
		    "GET " PROBLEM_TEXT ": the connection was closed before "
		    "the answer was complete",
		    url);
	default:
		return problem_say(problem, "GET " PROBLEM_TEXT " failed: %s",
		    url, curl_easy_strerror(code));
	}
}

static enum err
exchange_run(struct transfer *transfer, struct exchange *exchange,
    const char *url, struct problem *problem)
{
	int64_t left = transfer->ends - now_ms();
	CURLcode code = CURLE_OPERATION_TIMEDOUT;

	*exchange = (struct exchange){
	    .transfer = transfer,
	    .plain = strncmp(url, "https:", 6) != 0,
	    .page.cache = CACHE_UNSAID,
	};
	if (!set_receivers(transfer->curl, exchange) ||
	    !set_request(
		transfer->curl, url, transfer->options->connect_ms, left))
		return ERR_NO_MEMORY;
	if (left > 0)
		code = curl_easy_perform(transfer->curl);
	return code == CURLE_OK
	    ? OK
	    : explain(transfer, exchange, url, code, problem);
}

static bool
is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308;
}

/* Where a redirect leads, by RFC 3986 resolved; else what the status means. */
static enum err
redirection(struct transfer *transfer, const char *url, char **next,
    struct problem *problem)
{
	const char *to = NULL;
	long status = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == STATUS_OK)
		return OK;
	curl_easy_getinfo(transfer->curl, CURLINFO_REDIRECT_URL, &to);
	if (!is_redirect(status) || to == NULL)
		return problem_say(
		    problem, "GET " PROBLEM_TEXT " answered %ld", url, status);
	*next = strdup(to);
	return *next != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
check_redirect(const char *from, const char *to, struct problem *problem)
{
	const char *why = "has another scheme";

	if (url_same_scheme(from, to) && url_is_allowed(to, &why))
		return OK;
	return problem_say(problem,
	    "GET " PROBLEM_TEXT " leads to " PROBLEM_TEXT ", which %s", from,
	    to, why);
}

/* One request; when it is redirected, `url` becomes where to. */
static enum err
step(struct transfer *transfer, char **url, struct page *out, bool *redirected,
    struct problem *problem)
{
	auto_clear(exchange) struct exchange exchange = {0};
	auto_str char *next = NULL;
	enum err e = exchange_run(transfer, &exchange, *url, problem);

	if (e == OK)
		e = redirection(transfer, *url, &next, problem);
	if (e == OK && next != NULL)
		e = check_redirect(*url, next, problem);
	if (e != OK)
		return e;
	*redirected = next != NULL;
	if (next != NULL) {
		free(*url);
		*url = TAKE(next);
		return OK;
	}
	*out = exchange.page;
	exchange.page = (struct page){0};
	return OK;
}

enum err
transfer_get(struct transfer *transfer, const char *url, struct page *out,
    struct problem *problem)
{
	auto_str char *at = strdup(url);
	bool redirected = true;
	enum err e = at != NULL ? OK : ERR_NO_MEMORY;

	for (int i = 0; i <= TRANSFER_REDIRECTS_MAX && e == OK && redirected;
	     i++)
		e = step(transfer, &at, out, &redirected, problem);
	if (e == OK && redirected)
		return problem_say(problem,
		    "GET " PROBLEM_TEXT " was redirected more than %d times",
		    url, TRANSFER_REDIRECTS_MAX);
	if (e == OK)
		out->url = TAKE(at);
	return e;
}
