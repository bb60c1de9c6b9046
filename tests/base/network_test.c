/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	const char *host;
	unsigned int v4_bits, v6_bits;
	const char *network;
} rows[] = {
    {"192.0.2.7", 24, 64, "192.0.2.0/24"},
    {"192.0.2.7", 32, 64, "192.0.2.7/32"},
    {"192.0.2.7", 0, 64, "0.0.0.0/0"},
    {"::ffff:192.0.2.7", 24, 64, "192.0.2.0/24"},
    {"2001:db8:1:2:3:4:5:6", 24, 64, "2001:db8:1:2::/64"},
    {"2001:db8:1:2::", 32, 64, "2001:db8:1:2::/64"},
    {"fe80::1%eth0", 24, 64, "fe80::/64"},
    {"::1", 24, 64, "::/64"},
    {"gate.example", 24, 64, "gate.example"},
    {"gate%20example", 24, 64, "gate%20example"},
    {"192.0.2.7.example", 24, 64, "192.0.2.7.example"},
    {"Gate.Example", 24, 64, "gate.example"},
    {"2001:db8:1:2::7", 24, 48, "2001:db8:1::/48"},
    {"2001:db8:1:2:ff00::7", 24, 68, "2001:db8:1:2:f000::/68"},
    {"2001:db8::7", 24, 128, "2001:db8::7/128"},
    {"", 24, 64, ""},
};

static void
test_networks(void **state)
{
	char text[NETWORK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		network_text(
		    rows[i].host, rows[i].v4_bits, rows[i].v6_bits, text);
		assert_string_equal(text, rows[i].network);
	}
}

static void
test_long_name_is_cut(void **state)
{
	char host[4 * NETWORK_TEXT_SIZE], text[NETWORK_TEXT_SIZE];

	(void)state;
	memset(host, 'x', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	network_text(host, NETWORK_V4_SITE, NETWORK_V6_LINK, text);
	assert_int_equal(strlen(text), NETWORK_TEXT_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
