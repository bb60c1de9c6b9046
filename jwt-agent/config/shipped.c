/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/shipped.h"

static const struct shipped_alert alerts[] = {
    {"failed-logins",
	{{"kind", "ratio"}, {"of", "login:denied, login:fault"},
	    {"to", "login"}, {"window", "5m"}, {"threshold", "5"},
	    {"minimum", "20"}}},
    {"failed-refreshes",
	{{"kind", "rate"},
	    {"of",
		"refresh:denied, refresh:fault, change-token:denied, "
		"change-token:fault"},
	    {"window", "1m"}, {"threshold", "10"}}},
    {"oddities",
	{{"kind", "count"}, {"of", "odd-*"}, {"window", "1h"},
	    {"threshold", "5"}}},
    {"token-reuse",
	{{"kind", "count"}, {"of", "token-reuse"}, {"window", "1h"},
	    {"threshold", "0"}}},
    {"keys-age", {{"kind", "level"}, {"of", "keys_age"}, {"threshold", "50"}}},
    {"store-size",
	{{"kind", "level"}, {"of", "store_used"}, {"threshold", "80"}}},
    {"audit-chain",
	{{"kind", "level"}, {"of", "audit_chain"}, {"threshold", "0"}}},
    {"upkeep", {{"kind", "level"}, {"of", "upkeep"}, {"threshold", "0"}}},
};

const struct shipped_alert *
shipped_alert(size_t index)
{
	return index < sizeof(alerts) / sizeof(*alerts) ? &alerts[index] : NULL;
}
