/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static bool
is_loopback(const char *host, size_t size)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr address;

	if (size >= sizeof(text))
		return false;
	memcpy(text, host, size);
	text[size] = '\0';
	return strcmp(text, "localhost") == 0 || strcmp(text, "[::1]") == 0 ||
	    (inet_pton(AF_INET, text, &address) == 1 &&
		ntohl(address.s_addr) >> 24 == 127);
}

static size_t
host_size(const char *host)
{
	size_t bracket = *host == '[' ? strcspn(host, "]") : 0;

	return bracket + strcspn(host + bracket, ":/?#");
}

bool
url_is_allowed(const char *url, const char **problem)
{
	bool plain = strncmp(url, "http://", 7) == 0;
	const char *host = url + (plain ? 7 : 8);

	for (const char *c = url; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("\\\"<>^`{|}", *c)) {
			*problem = "has characters that a URL has not";
			return false;
		}
	if (!plain && strncmp(url, "https://", 8) != 0) {
		*problem = "is not https";
		return false;
	}
	if (host_size(host) == 0 || memchr(host, '@', strcspn(host, "/?#"))) {
		*problem = "has no host, or a user";
		return false;
	}
	*problem = "is http and not of this machine";
	return !plain || is_loopback(host, host_size(host));
}

bool
url_same_scheme(const char *url, const char *other)
{
	size_t size = strcspn(url, ":");

	return strncasecmp(url, other, size + 1) == 0;
}
