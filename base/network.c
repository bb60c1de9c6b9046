/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/network.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define V4_MAPPED 12 /* bytes in front of an IPv4 address */

/* Keeps the first `bits` of an address of `size` bytes. */
static void
mask(uint8_t *address, unsigned int size, unsigned int bits)
{
	for (unsigned int i = 0; i < size; i++) {
		unsigned int of_byte = bits > 8 * i ? bits - 8 * i : 0;

		if (of_byte < 8)
			address[i] &= (uint8_t)(0xff00 >> of_byte);
	}
}

static void
write_network(int family, uint8_t *address, unsigned int bits, char *text)
{
	char network[INET6_ADDRSTRLEN] = "";

	mask(address, family == AF_INET ? 4 : 16, bits);
	inet_ntop(family, address, network, sizeof(network));
	snprintf(text, NETWORK_TEXT_SIZE, "%s/%u", network, bits);
}

static bool
write_v6(const char *host, unsigned int v4_bits, unsigned int v6_bits,
    char text[NETWORK_TEXT_SIZE])
{
	struct in6_addr address;
	char bare[INET6_ADDRSTRLEN + 1];

	/* without the interface, as in fe80::1%eth0 */
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(host, "%"), host);
	if (inet_pton(AF_INET6, bare, &address) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&address))
		write_network(
		    AF_INET, address.s6_addr + V4_MAPPED, v4_bits, text);
	else
		write_network(AF_INET6, address.s6_addr, v6_bits, text);
	return true;
}

void
network_text(const char *host, unsigned int v4_bits, unsigned int v6_bits,
    char text[NETWORK_TEXT_SIZE])
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, host, v4) == 1) {
		write_network(AF_INET, v4, v4_bits, text);
		return;
	}
	if (write_v6(host, v4_bits, v6_bits, text))
		return;
	snprintf(text, NETWORK_TEXT_SIZE, "%s", host);
	for (char *at = text; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
}
