/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

/* The network that a host is in, as far as it can be told from how the host is
 * written. */

#define NETWORK_TEXT_SIZE 256
#define NETWORK_V4_HOST 32
#define NETWORK_V4_SITE 24
#define NETWORK_V6_LINK 64 /* what one customer gets at least */
#define NETWORK_V6_SITE 48

/*
 * Of an address its first bits: "2001:db8::/64", or "192.0.2.0/24", also of an
 * IPv4 address that is written as IPv6. Names of hosts are the same in either
 * case: they are made lower case, and cut if they are longer.
 */
void network_text(const char *host, unsigned int v4_bits, unsigned int v6_bits,
    char text[NETWORK_TEXT_SIZE]);

#endif
