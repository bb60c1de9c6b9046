/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_CONFIG_H
#define JWT_AGENT_CONFIG_CONFIG_H

/*
 * The configuration of daemon and command: an INI file and the files named
 * NAME.conf in the folder conf.d beside it, which are read after it in the
 * order of their names and may set a key again. Within one file a key stands
 * once; a list may be set several times, which adds, and the first setting in
 * a later file replaces what earlier files gave. A section may be opened
 * again, in the same file or in a later one. The schema tables give every
 * key's name, type, default and range; jwt-agent.conf(5) is held against them.
 */

#include "base/options.h"
#include "base/texts.h"
#include "jwt-agent/config/flag.h"
#include "jwt-agent/config/origin.h"

#define CONFIG_PATH "/etc/jwt-agent/jwt-agent.conf"
#define CONFIG_FILES_MAX 100 /* in conf.d */
#define CONFIG_ISSUERS_MAX 32
#define CONFIG_SERVICES_MAX 128 /* with [service *] */
#define CONFIG_CLAIMS_MAX 32
#define CONFIG_CLAIM_VERSION_MAX 9999
#define CONFIG_LOCAL_ISSUER "local" /* the agent itself, in issuers= */
#define CONFIG_ANY_SERVICE "*"	    /* the name of the defaults */
#define CONFIG_ISSUER_NAME_MAX 32   /* [A-Za-z0-9._-] */
#define CONFIG_SERVICE_NAME_MAX 64  /* the same */
#define CONFIG_ALERTS_MAX 64	    /* with those that are shipped */
#define CONFIG_ALERT_NAME_MAX 32    /* the same */
#define CONFIG_CLAIM_NAME_MAX 64    /* the same */
#define CONFIG_WHERE_SIZE 224

/* [issuer NAME]; times in seconds. Which source the keys have is said by which
 * of keys_file, jwks_url, discovery and secret_file is set: exactly one is. */
struct issuer_config {
	char *name;
	struct origins origins; /* for config_where() */
	char *issuer;
	struct texts keys_file;
	char *jwks_url;
	bool discovery;
	char *ca_file;	      /* NULL: the system's trust store */
	int64_t keys_min_age; /* 0 where nothing is fetched */
	int64_t keys_max_age; /* the same */
	char *secret_file;
	struct texts algorithms; /* JWA names, never empty */
	struct texts audience;	 /* never empty: else the one of [token] */
	int64_t max_lifetime;	 /* 0: any */
	int64_t leeway;
	char *user_claim;
	struct texts username_map; /* checked for nothing but its length */
	struct texts require_claims;
	char *groups_claim;
	char *accept_until;	       /* a date; may be NULL */
	struct texts algorithms_until; /* "HS256 2026-12-31" */
};

/* [claim NAME]: what a token that lacks it gets. */
struct claim_config {
	char *name;
	struct origins origins;
	int64_t since;	      /* version of the claims; 1: always */
	char *value;	      /* default=, JSON or text; may be NULL */
	char *from;	      /* "user", or NULL */
	struct texts issuers; /* names; "local" unless set */
};

/* [service NAME]; an empty list and a time of 0 ask for nothing. */
struct service_config {
	char *name;
	struct origins origins;
	struct texts audience; /* empty: as the issuer has it */
	struct texts issuers;
	struct texts users;
	struct texts require_groups;
	struct texts require_claims;
	struct texts require_acr;
	struct texts require_amr;
	int64_t max_auth_age;
	int64_t max_token_age;
	char *replay; /* "allow" or "once" */
	bool allow_root;
	int64_t min_uid;
	bool interactive;
	struct texts callers;
	int64_t session_max;
	char *deny_message; /* may be NULL */
	char *on_expiry;    /* "end" or "keep" */
	char *outdated;	    /* "accept" or "renew" */
	char *store_fault;  /* "refuse" or "verify" */
};

/* [alert NAME]: what is watched, and above what it is told. Those that are
 * shipped are there before a file is read; see shipped.h. Times in seconds. */
struct alert_config {
	char *name;
	struct origins origins;
	bool enabled;
	struct texts of; /* EVENT[:OUTCOME[:REASON]]; of a level: one gauge */
	char *kind;	 /* "ratio", "rate", "count" or "level" */
	struct texts to; /* of a ratio: what `of` is a part of */
	int64_t window;
	int64_t threshold; /* percent, a minute, events, as the gauge has it */
	int64_t minimum;   /* events in the window, or nothing is said */
	int64_t cooldown;
};

/* [flag NAME]: NAME is one of config/flag.h. */
struct flag_config {
	char *name;
	struct origins origins;
	char *preset; /* default=, or NULL */
};

struct config {
	/* [agent] */
	char *socket;
	char *store;
	int64_t store_max; /* bytes */
	char *master_key;
	char *master_key_command; /* may be NULL */
	char *admin_group;
	char *fetcher;
	/* [token]; times in seconds */
	char *issuer;	/* unset: "urn:jwt-agent:" and the host's name */
	char *audience; /* unset: the same */
	char *algorithm;
	int64_t key_publish;
	int64_t key_max_age; /* 0: any */
	int64_t access_lifetime;
	int64_t refresh_idle;
	int64_t refresh_absolute;
	int64_t refresh_grace;
	int64_t claim_version;		   /* unset: 1 */
	struct texts claim_versions_until; /* "1 2026-12-31" */
	/* [limit] */
	int64_t limit_attempts;
	int64_t limit_window; /* seconds */
	int64_t limit_code_attempts;
	/* [device] */
	bool auto_register;
	int64_t max_devices; /* 0: any number */
	bool require_key;
	/* [retention]; times in seconds */
	int64_t keep_sessions;
	int64_t keep_devices;
	int64_t keep_audit;
	/* [upkeep] */
	char *backup_dir; /* NULL: no backups are made */
	int64_t backup_keep;
	char *key_rotation; /* "remind" or "auto" */

	struct issuer_config *issuers; /* in the order of their headers */
	size_t issuer_count;
	struct service_config *services; /* [service *] first, always there */
	size_t service_count;
	struct alert_config *alerts; /* the shipped ones first */
	size_t alert_count;
	struct flag_config *flags; /* in the order of their headers */
	size_t flag_count;
	struct claim_config *claims; /* in the order of their headers */
	size_t claim_count;

	struct origins agent_origins, token_origins, limit_origins;
	struct origins device_origins, retention_origins, upkeep_origins;
	struct texts files; /* the main file's path first */
};

/* A sentence that begins with "FILE:LINE: ", or "FILE: ". */
struct config_error {
	char text[512];
};

/*
 * Reads `path` and its conf.d and checks that the keys make sense together. A
 * missing file is refused when `must_exist` and otherwise means that every key
 * has its default. ERR_CONFIG with `error` filled, ERR_NO_MEMORY.
 */
MUST_USE enum err config_load(const char *path, bool must_exist,
    struct config **out, struct config_error *error);

/*
 * Whether this process can read the files that the issuers name, and nobody
 * but root, the agent's user and its own can write them or, of a secret, read
 * them. May ask the name service for the agent's user. ERR_CONFIG with `error`
 * filled.
 */
MUST_USE enum err
config_check_files(const struct config *config, struct config_error *error);

/* Whether a file of this owner can be believed: root, the user who asks, or the
 * agent's, at whose files root looks by `config check`. */
bool config_trusts_owner(uid_t owner);

/* NULL is fine. */
void config_free(struct config *config);
DEFINE_AUTO_FREE(config)

/* What holds for a PAM service: its section, with what it does not set taken
 * from [service *]; that section itself where it has none. */
const struct service_config *
config_service(const struct config *config, const char *service);

/*
 * Where the value of a key in effect was set, as "FILE:LINE", or "default".
 * `section` is written as in the file: "token", "issuer corp", "service sshd"
 * (which may have no section of its own).
 */
void config_where(const struct config *config, const char *section,
    const char *key, char text[CONFIG_WHERE_SIZE]);

/* The same for one item of a list: the line that gave it. */
void config_where_item(const struct config *config, const char *section,
    const char *key, size_t item, char text[CONFIG_WHERE_SIZE]);

/*
 * Refuses a key in a check of one's own: ERR_CONFIG with the sentence behind
 * the key's FILE and LINE, or behind those of the section's header when the
 * key is not set.
 */
__attribute__((format(printf, 5, 6))) enum err
config_refuse(const struct config *config, const char *section, const char *key,
    struct config_error *error, const char *format, ...);

/* The same for one item of a list. */
__attribute__((format(printf, 6, 7))) enum err config_refuse_item(
    const struct config *config, const char *section, const char *key,
    size_t item, struct config_error *error, const char *format, ...);

/* What holds of a flag as long as nobody sets it; `why`: one of the words of
 * config/flag.h for where that comes from. */
int64_t
config_flag(const struct config *config, enum flag flag, const char **why);

/* The schema: what has one section, then what has a name. */
struct config_kind {
	const char *name;
	bool named;
	const struct option *options;
	size_t count;
};

enum {
	CONFIG_AGENT,
	CONFIG_TOKEN,
	CONFIG_LIMIT,
	CONFIG_DEVICE,
	CONFIG_RETENTION,
	CONFIG_UPKEEP,
	CONFIG_ISSUER,
	CONFIG_SERVICE,
	CONFIG_ALERT,
	CONFIG_FLAG,
	CONFIG_CLAIM,
	CONFIG_KINDS
};

const struct config_kind *config_kinds(void);

/* One section as it is in effect; its values are at the offsets of the
 * kind's options. */
struct config_section {
	const struct config_kind *kind;
	const char *name; /* NULL where the kind has none */
	const void *object;
	const struct origins *origins;
};

/* Section number `index`, in the order of the kinds; false behind the last. */
bool config_section(
    const struct config *config, size_t index, struct config_section *out);

#endif
