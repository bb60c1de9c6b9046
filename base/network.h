/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

/*
 * The network that a host is in, as far as it can be told from how the host
 * is written: of an IPv6 address its /64, which is what one customer gets.
 */

#define NETWORK_TEXT_SIZE 256
#define NETWORK_V4_HOST 32
#define NETWORK_V4_SITE 24

/*
 * "2001:db8::/64"; of an IPv4 address, also one written as IPv6, its first
 * `v4_bits` bits: "192.0.2.0/24". Anything else stays as it is, cut if it
 * is longer.
 */
void network_text(
    const char *host, unsigned int v4_bits, char text[NETWORK_TEXT_SIZE]);

#endif
