/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define HOST_SIZE_MAX 253
#define PORT_MAX 65535
#define PORT_DIGITS_MAX 5

/* What stands between the slashes of the scheme and the path. */
struct authority {
	char host[HOST_SIZE_MAX + 1];
	const char *port; /* behind the host: the end, or a colon */
	size_t port_size;
};

static bool
starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static const char *
text_problem(const char *url)
{
	if (strlen(url) > URL_SIZE_MAX)
		return "is longer than 1024 bytes";
	for (const char *at = url; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' ||
		    strchr("\\\"<>^`{|}", *at) != NULL)
			return "holds a character that has to be escaped";
	if (strchr(url, '#') != NULL)
		return "has a fragment";
	return NULL;
}

/* NULL when the scheme is none of ours. */
static const char *
behind_scheme(const char *url)
{
	if (starts_with(url, "https://"))
		return url + strlen("https://");
	if (starts_with(url, "http://"))
		return url + strlen("http://");
	return NULL;
}

static const char *
split(const char *start, struct authority *out)
{
	size_t size = strcspn(start, "/?");
	const char *bracket = memchr(start, ']', size);
	const char *colon = memchr(start, ':', size);
	size_t host = colon != NULL ? (size_t)(colon - start) : size;

	if (memchr(start, '@', size) != NULL)
		return "names a user";
	if (start[0] == '[' && bracket == NULL)
		return "has a bracket that is not closed";
	if (start[0] == '[')
		host = (size_t)(bracket - start) + 1;
	if (host == 0)
		return "names no host";
	if (host > HOST_SIZE_MAX)
		return "has a host of more than 253 bytes";
	memcpy(out->host, start, host);
	out->host[host] = '\0';
	out->port = start + host;
	out->port_size = size - host;
	return NULL;
}

static bool
is_port(const struct authority *authority)
{
	const char *digits = authority->port + 1;
	long number = 0;

	if (authority->port_size == 0)
		return true;
	if (authority->port[0] != ':' || authority->port_size == 1 ||
	    authority->port_size - 1 > PORT_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < authority->port_size - 1; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		number = 10 * number + (digits[i] - '0');
	}
	return number >= 1 && number <= PORT_MAX;
}

/* Parsers disagree about 127.1, 0x7f000001 and 017700000001. */
static bool
is_number_like(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot != NULL ? dot + 1 : host;

	return last[strspn(last, "0123456789")] == '\0' ||
	    starts_with(last, "0x") || starts_with(last, "0X");
}

static bool
is_name(const char *host)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";

	return host[strspn(host, allowed)] == '\0' && host[0] != '.' &&
	    strstr(host, "..") == NULL && host[strlen(host) - 1] != '.';
}

static bool
is_bracketed(const char *host)
{
	char address[INET6_ADDRSTRLEN];
	size_t size = strlen(host) - 2;
	struct in6_addr ignored;

	if (size >= sizeof(address))
		return false;
	memcpy(address, host + 1, size);
	address[size] = '\0';
	return inet_pton(AF_INET6, address, &ignored) == 1;
}

static bool
is_host(const char *host)
{
	struct in_addr ignored;

	if (host[0] == '[')
		return is_bracketed(host);
	if (!is_name(host))
		return false;
	return !is_number_like(host) || inet_pton(AF_INET, host, &ignored) == 1;
}

/* `host` is one that is_host() takes. */
static bool
is_loopback(const char *host)
{
	struct in_addr address;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 &&
	    ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

static const char *
find_problem(const char *url)
{
	const char *problem = text_problem(url);
	const char *start = behind_scheme(url);
	struct authority authority;

	if (problem != NULL)
		return problem;
	if (start == NULL)
		return "begins with neither https:// nor http://";
	problem = split(start, &authority);
	if (problem != NULL)
		return problem;
	if (!is_host(authority.host))
		return "has a host that is neither a name nor an address";
	if (!is_port(&authority))
		return "has a port that is none";
	if (starts_with(url, "http://") && !is_loopback(authority.host))
		return "is not https:// (http:// is for localhost, 127.0.0.0/8 "
		       "and [::1])";
	return NULL;
}

bool
url_is_allowed(const char *url, const char **problem)
{
	const char *found = find_problem(url);

	if (found != NULL)
		*problem = found;
	return found == NULL;
}

bool
url_same_scheme(const char *left, const char *right)
{
	const char *behind = behind_scheme(left);
	size_t size = behind != NULL ? (size_t)(behind - left) : 0;

	return size > 0 && strncmp(left, right, size) == 0;
}
