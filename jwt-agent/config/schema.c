/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/config.h"

#include "base/url.h"
#include "varlink/socket.h"

#include <assert.h>

#define MINUTE 60
#define DAY (24 * 60 * MINUTE)
#define YEAR (365 * DAY)
#define YEARS_10 (3650 * (int64_t)DAY)
#define MIB (INT64_C(1) << 20)
#define TIB (INT64_C(1) << 40)
#define NAME_MAX_BYTES 160 /* access tokens carry issuer and audience */
#define TEXT_MAX 1024
#define CLAIM_MAX 128
#define USER_MAX 256
#define MESSAGE_MAX 200
#define ATTEMPTS_MAX 1000000
#define BACKUPS_MAX 1000
#define DEVICES_MAX 1000000
#define THRESHOLD_MAX 1000000000
#define UID_LAST 4294967294 /* the one behind it means no uid */

#define SYMMETRIC "HS256|HS384|HS512"
#define ALGORITHMS                                                             \
	"ES256|ES384|ES512|RS256|RS384|RS512|PS256|PS384|PS512|"               \
	"EdDSA|" SYMMETRIC
#define ASYMMETRIC_LIST                                                        \
	"ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

#define AT(member) offsetof(struct config, member)

static const struct option agent_options[] = {
    {"agent", "socket", OPTION_PATH, AT(socket), DEFAULT_SOCKET, 0, 0, NULL,
	"where the agent listens"},
    {"agent", "store", OPTION_PATH, AT(store), "/var/lib/jwt-agent/store", 0, 0,
	NULL, "directory of the store"},
    {"agent", "store_max", OPTION_SIZE, AT(store_max), "16G", MIB, TIB, NULL,
	"how large the store may become"},
    {"agent", "master_key", OPTION_PATH, AT(master_key),
	"/var/lib/jwt-agent/master.key", 0, 0, NULL,
	"file of the key that seals the store's secrets"},
    {"agent", "master_key_command", OPTION_TEXT, AT(master_key_command), NULL,
	1, TEXT_MAX, NULL, "program that prints that key instead"},
    {"agent", "admin_group", OPTION_TEXT, AT(admin_group), "jwt-admin", 1, 64,
	NULL, "group whose members may see and revoke everything"},
    {"agent", "fetcher", OPTION_PATH, AT(fetcher), DEFAULT_FETCHER, 0, 0, NULL,
	"socket or program that fetches the keys of issuers"},
};

static const struct option token_options[] = {
    {"token", "issuer", OPTION_TEXT, AT(issuer), NULL, 1, NAME_MAX_BYTES, NULL,
	"iss of the tokens that the agent issues"},
    {"token", "audience", OPTION_TEXT, AT(audience), NULL, 1, NAME_MAX_BYTES,
	NULL, "aud of the tokens that the agent issues and accepts"},
    {"token", "algorithm", OPTION_CHOICE, AT(algorithm), "ES256", 0, 0,
	"ES256|RS256|EdDSA", "signature algorithm of new keys"},
    {"token", "key_publish", OPTION_SECONDS, AT(key_publish), "1h", 0, 30 * DAY,
	NULL, "how long a new key is shown before it signs"},
    {"token", "key_max_age", OPTION_SECONDS, AT(key_max_age), "0", 0, YEARS_10,
	NULL, "age at which the signing key is due to be replaced"},
    {"token", "access_lifetime", OPTION_SECONDS, AT(access_lifetime), "15m", 1,
	DAY, NULL, "how long an access token is valid"},
    {"token", "refresh_idle", OPTION_SECONDS, AT(refresh_idle), "30d", 1,
	YEARS_10, NULL, "how long a refresh token may stay unused"},
    {"token", "refresh_absolute", OPTION_SECONDS, AT(refresh_absolute), "180d",
	1, YEARS_10, NULL, "how long after enrolment refreshing goes on"},
    {"token", "refresh_grace", OPTION_SECONDS, AT(refresh_grace), "30s", 0,
	10 * MINUTE, NULL, "how long a refresh may be tried again"},
    {"token", "claim_version", OPTION_NUMBER, AT(claim_version), NULL, 1,
	CONFIG_CLAIM_VERSION_MAX, NULL, "ver: the claims of new tokens"},
    {"token", "claim_versions_until", OPTION_LIST, AT(claim_versions_until),
	NULL, 1, TEXT_MAX, NULL, "versions of the claims that end, and when"},
};

static const struct option limit_options[] = {
    {"limit", "attempts", OPTION_NUMBER, AT(limit_attempts), "600", 1,
	ATTEMPTS_MAX, NULL, "refusals in a window that still say why"},
    {"limit", "window", OPTION_SECONDS, AT(limit_window), "1m", 1, DAY, NULL,
	"how long refusals are counted"},
    {"limit", "code_attempts", OPTION_NUMBER, AT(limit_code_attempts), "10", 1,
	ATTEMPTS_MAX, NULL, "wrong login codes that a place may try in it"},
};

static const struct option device_options[] = {
    {"device", "auto_register", OPTION_FLAG, AT(auto_register), "yes", 0, 0,
	NULL, "whether other issuers' tokens may come from new devices"},
    {"device", "max_devices", OPTION_NUMBER, AT(max_devices), "64", 0,
	DEVICES_MAX, NULL, "how many active devices a user may have"},
    {"device", "require_key", OPTION_FLAG, AT(require_key), "no", 0, 0, NULL,
	"whether a device must have a key"},
};

static const struct option retention_options[] = {
    {"retention", "sessions", OPTION_SECONDS, AT(keep_sessions), "90d", 1,
	YEARS_10, NULL, "how long sessions that ended are kept"},
    {"retention", "devices", OPTION_SECONDS, AT(keep_devices), "400d", 1,
	YEARS_10, NULL, "how long devices out of use are kept"},
    {"retention", "audit", OPTION_SECONDS, AT(keep_audit), "400d", 1, YEARS_10,
	NULL, "how long audit events are kept"},
};

static const struct option upkeep_options[] = {
    {"upkeep", "backup_dir", OPTION_PATH, AT(backup_dir), NULL, 0, 0, NULL,
	"folder that the daily backup goes to"},
    {"upkeep", "backup_keep", OPTION_NUMBER, AT(backup_keep), "7", 1,
	BACKUPS_MAX, NULL, "how many backups are kept there"},
    {"upkeep", "key_rotation", OPTION_CHOICE, AT(key_rotation), "remind", 0, 0,
	"remind|auto", "what is done when the signing key is due"},
};

#undef AT
#define AT(member) offsetof(struct issuer_config, member)

static const struct option issuer_options[] = {
    {"issuer", "issuer", OPTION_TEXT, AT(issuer), NULL, 1, TEXT_MAX, NULL,
	"iss of the issuer's tokens, exactly"},
    {"issuer", "keys_file", OPTION_LIST, AT(keys_file), NULL, 1, TEXT_MAX, NULL,
	"files of public keys: PEM, JWK or JWK Set"},
    {"issuer", "jwks_url", OPTION_URL, AT(jwks_url), NULL, 0, URL_SIZE_MAX,
	NULL, "where the JWK Set is fetched"},
    {"issuer", "discovery", OPTION_FLAG, AT(discovery), "no", 0, 0, NULL,
	"find the JWK Set by OpenID Connect Discovery"},
    {"issuer", "ca_file", OPTION_PATH, AT(ca_file), NULL, 0, 0, NULL,
	"trusted certificates instead of the system's"},
    {"issuer", "keys_min_age", OPTION_SECONDS, AT(keys_min_age), "5m", 1, YEAR,
	NULL, "fetched keys are not fetched again sooner"},
    {"issuer", "keys_max_age", OPTION_SECONDS, AT(keys_max_age), "1d", 1, YEAR,
	NULL, "fetched keys are not used longer"},
    {"issuer", "secret_file", OPTION_PATH, AT(secret_file), NULL, 0, 0, NULL,
	"the shared secret of HS256, HS384 and HS512"},
    {"issuer", "algorithms", OPTION_LIST, AT(algorithms), ASYMMETRIC_LIST, 1,
	TEXT_MAX, ALGORITHMS, "signature algorithms that are accepted"},
    {"issuer", "audience", OPTION_LIST, AT(audience), NULL, 1, TEXT_MAX, NULL,
	"aud: a token must name one of these"},
    {"issuer", "max_lifetime", OPTION_SECONDS, AT(max_lifetime), NULL, 0,
	YEARS_10, NULL, "longest time from iat to exp"},
    {"issuer", "leeway", OPTION_SECONDS, AT(leeway), "60", 0, 10 * MINUTE, NULL,
	"how long after exp a token is accepted"},
    {"issuer", "user_claim", OPTION_TEXT, AT(user_claim), "sub", 1, CLAIM_MAX,
	NULL, "the claim that names the user"},
    {"issuer", "username_map", OPTION_LINES, AT(username_map), NULL, 1,
	TEXT_MAX, NULL, "how a user's name is made of that claim"},
    {"issuer", "require_claims", OPTION_LIST, AT(require_claims), NULL, 1,
	TEXT_MAX, NULL, "what every token of the issuer must claim"},
    {"issuer", "groups_claim", OPTION_TEXT, AT(groups_claim), "groups", 1,
	CLAIM_MAX, NULL, "the claim that names the user's groups"},
    {"issuer", "accept_until", OPTION_DATE, AT(accept_until), NULL, 0, 0, NULL,
	"the last day of the issuer's tokens"},
    {"issuer", "algorithms_until", OPTION_LIST, AT(algorithms_until), NULL, 1,
	TEXT_MAX, NULL, "algorithms that end, and when"},
};

#undef AT
#define AT(member) offsetof(struct service_config, member)

static const struct option service_options[] = {
    {"service", "audience", OPTION_LIST, AT(audience), NULL, 1, TEXT_MAX, NULL,
	"aud, instead of the issuer's"},
    {"service", "issuers", OPTION_LIST, AT(issuers), NULL, 1,
	CONFIG_ISSUER_NAME_MAX, NULL, "whose tokens are accepted"},
    {"service", "users", OPTION_LIST, AT(users), NULL, 1, USER_MAX, NULL,
	"who may log in"},
    {"service", "require_groups", OPTION_LIST, AT(require_groups), NULL, 1,
	TEXT_MAX, NULL, "groups that the token must name"},
    {"service", "require_claims", OPTION_LIST, AT(require_claims), NULL, 1,
	TEXT_MAX, NULL, "what the token must claim"},
    {"service", "require_acr", OPTION_LIST, AT(require_acr), NULL, 1, TEXT_MAX,
	NULL, "acr must be one of these"},
    {"service", "require_amr", OPTION_LIST, AT(require_amr), NULL, 1, TEXT_MAX,
	NULL, "amr must name all of these"},
    {"service", "max_auth_age", OPTION_SECONDS, AT(max_auth_age), NULL, 1,
	YEARS_10, NULL, "how old auth_time may be"},
    {"service", "max_token_age", OPTION_SECONDS, AT(max_token_age), NULL, 1,
	YEARS_10, NULL, "how old iat may be"},
    {"service", "replay", OPTION_CHOICE, AT(replay), "allow", 0, 0,
	"allow|once", "whether a token may log in more than once"},
    {"service", "allow_root", OPTION_FLAG, AT(allow_root), "no", 0, 0, NULL,
	"whether root may log in"},
    {"service", "min_uid", OPTION_NUMBER, AT(min_uid), "1000", 0, UID_LAST,
	NULL, "the lowest uid, but root's, that may log in"},
    {"service", "interactive", OPTION_FLAG, AT(interactive), "yes", 0, 0, NULL,
	"whether somebody waits for the answer"},
    {"service", "callers", OPTION_LIST, AT(callers), NULL, 1, USER_MAX, NULL,
	"who may ask beside root"},
    {"service", "session_max", OPTION_SECONDS, AT(session_max), NULL, 1,
	YEARS_10, NULL, "when a session is ended"},
    {"service", "deny_message", OPTION_TEXT, AT(deny_message), NULL, 1,
	MESSAGE_MAX, NULL, "what is said on PolicyDenied"},
    {"service", "store_fault", OPTION_CHOICE, AT(store_fault), "refuse", 0, 0,
	"refuse|verify", "what a login becomes that cannot be recorded"},
    {"service", "outdated", OPTION_CHOICE, AT(outdated), "accept", 0, 0,
	"accept|renew", "whether a token with older claims is renewed first"},
    {"service", "on_expiry", OPTION_CHOICE, AT(on_expiry), "keep", 0, 0,
	"end|keep", "whether a session ends with its token"},
};

#undef AT
#define AT(member) offsetof(struct alert_config, member)

static const struct option alert_options[] = {
    {"alert", "enabled", OPTION_FLAG, AT(enabled), "yes", 0, 0, NULL,
	"whether it is watched"},
    {"alert", "of", OPTION_LIST, AT(of), NULL, 1, CLAIM_MAX, NULL,
	"events that are counted, or what is measured"},
    {"alert", "kind", OPTION_CHOICE, AT(kind), "count", 0, 0,
	"ratio|rate|count|level", "how the events become a number"},
    {"alert", "to", OPTION_LIST, AT(to), NULL, 1, CLAIM_MAX, NULL,
	"the events of which a ratio is taken"},
    {"alert", "window", OPTION_SECONDS, AT(window), "5m", 1, 7 * DAY, NULL,
	"how long an event is counted"},
    {"alert", "threshold", OPTION_NUMBER, AT(threshold), "0", 0, THRESHOLD_MAX,
	NULL, "the number above which it is told"},
    {"alert", "minimum", OPTION_NUMBER, AT(minimum), "1", 1, THRESHOLD_MAX,
	NULL, "how many events there must be"},
    {"alert", "cooldown", OPTION_SECONDS, AT(cooldown), "1h", 0, YEAR, NULL,
	"how long it is not told again"},
};

#undef AT
#define AT(member) offsetof(struct flag_config, member)

static const struct option flag_options[] = {
    {"flag", "default", OPTION_TEXT, AT(preset), NULL, 1, TEXT_MAX, NULL,
	"on, off or N%, as long as nobody sets the flag"},
};

#undef AT
#define AT(member) offsetof(struct claim_config, member)

static const struct option claim_options[] = {
    {"claim", "since", OPTION_NUMBER, AT(since), "1", 1,
	CONFIG_CLAIM_VERSION_MAX, NULL, "the first version that has it"},
    {"claim", "default", OPTION_TEXT, AT(value), NULL, 1, CLAIM_MAX, NULL,
	"what it is where nothing else says"},
    {"claim", "from", OPTION_CHOICE, AT(from), NULL, 0, 0, "user",
	"where it comes from: an attribute of the user"},
    {"claim", "issuers", OPTION_LIST, AT(issuers), CONFIG_LOCAL_ISSUER, 1,
	CONFIG_ISSUER_NAME_MAX, NULL, "whose tokens get it"},
};

static_assert(COUNT(agent_options) <= CONFIG_KEYS_MAX, "agent");
static_assert(COUNT(token_options) <= CONFIG_KEYS_MAX, "token");
static_assert(COUNT(limit_options) <= CONFIG_KEYS_MAX, "limit");
static_assert(COUNT(device_options) <= CONFIG_KEYS_MAX, "device");
static_assert(COUNT(retention_options) <= CONFIG_KEYS_MAX, "retention");
static_assert(COUNT(upkeep_options) <= CONFIG_KEYS_MAX, "upkeep");
static_assert(COUNT(issuer_options) <= CONFIG_KEYS_MAX, "issuer");
static_assert(COUNT(service_options) <= CONFIG_KEYS_MAX, "service");
static_assert(COUNT(alert_options) <= CONFIG_KEYS_MAX, "alert");
static_assert(COUNT(claim_options) <= CONFIG_KEYS_MAX, "claim");

const struct config_kind *
config_kinds(void)
{
	static const struct config_kind kinds[CONFIG_KINDS] = {
	    [CONFIG_AGENT] = {"agent", false, agent_options,
		COUNT(agent_options)},
	    [CONFIG_TOKEN] = {"token", false, token_options,
		COUNT(token_options)},
	    [CONFIG_LIMIT] = {"limit", false, limit_options,
		COUNT(limit_options)},
	    [CONFIG_DEVICE] = {"device", false, device_options,
		COUNT(device_options)},
	    [CONFIG_RETENTION] = {"retention", false, retention_options,
		COUNT(retention_options)},
	    [CONFIG_UPKEEP] = {"upkeep", false, upkeep_options,
		COUNT(upkeep_options)},
	    [CONFIG_ISSUER] = {"issuer", true, issuer_options,
		COUNT(issuer_options)},
	    [CONFIG_SERVICE] = {"service", true, service_options,
		COUNT(service_options)},
	    [CONFIG_ALERT] = {"alert", true, alert_options,
		COUNT(alert_options)},
	    [CONFIG_FLAG] = {"flag", true, flag_options, COUNT(flag_options)},
	    [CONFIG_CLAIM] = {"claim", true, claim_options,
		COUNT(claim_options)},
	};

	return kinds;
}
