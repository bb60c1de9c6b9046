/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define V6_BITS 64

static void
write_v4(struct in_addr address, unsigned int bits, char *text)
{
	char network[INET_ADDRSTRLEN] = "";

	address.s_addr &= bits == 0 ? 0 : htonl(UINT32_MAX << (32 - bits));
	inet_ntop(AF_INET, &address, network, sizeof(network));
	snprintf(text, NETWORK_TEXT_SIZE, "%s/%u", network, bits);
}

static void
write_v6(const struct in6_addr *address, char *text)
{
	char network[INET6_ADDRSTRLEN] = "";
	struct in6_addr masked = {0};

	memcpy(&masked, address, V6_BITS / 8);
	inet_ntop(AF_INET6, &masked, network, sizeof(network));
	snprintf(text, NETWORK_TEXT_SIZE, "%s/%d", network, V6_BITS);
}

void
network_text(
    const char *host, unsigned int v4_bits, char text[NETWORK_TEXT_SIZE])
{
	struct in6_addr v6;
	struct in_addr v4;

	snprintf(text, NETWORK_TEXT_SIZE, "%s", host);
	text[strcspn(text, "%")] = '\0'; /* an interface: fe80::1%eth0 */
	if (inet_pton(AF_INET6, text, &v6) == 1) {
		if (!IN6_IS_ADDR_V4MAPPED(&v6)) {
			write_v6(&v6, text);
			return;
		}
		memcpy(&v4, &v6.s6_addr[12], sizeof(v4));
		write_v4(v4, v4_bits, text);
	} else if (inet_pton(AF_INET, text, &v4) == 1) {
		write_v4(v4, v4_bits, text);
	} else {
		snprintf(text, NETWORK_TEXT_SIZE, "%s", host);
	}
}
