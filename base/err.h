/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * The one error table. A row says what an outcome is called on the wire and
 * in the audit (both use the same name), what PAM and the shell are told, and
 * what a person reads.
 *
 * class   DENIED: a documented answer, audited. FAULT: something is broken,
 *         logged once where it is raised.
 * shown   what the person logging in may read: HIDDEN rows come before a
 *         signature was verified and are shown as "token refused"; SHOWN
 *         rows say their text.
 * commit  KEEP: the transaction in which the outcome arose is committed all
 *         the same (reuse detection revokes the family). DROP: it is not.
 * auth, acct, session   the PAM code by phase, without its PAM_ prefix;
 *         `session` serves open, close and setcred through pam_jwt/code.c.
 * exit    of the command: 1 fault, 2 usage, 3 refused, 4 agent not
 *         reachable, 5 not found.
 */

#include <stdbool.h>

#define ERROR_PREFIX "io.jwtagent."
#define VARLINK_PREFIX "org.varlink.service."

/* clang-format off */
#define ERRORS(E) \
/* id                 wire name                 class   shown   commit auth              acct           session      exit text */ \
/* faults */ \
E(NO_MEMORY,          "io.jwtagent.NoMemory",          FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "out of memory") \
E(IO,                 "io.jwtagent.InputOutput",       FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "a file or socket could not be read or written") \
E(STORE,              "io.jwtagent.StoreFault",        FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the store could not be read or written") \
E(STORE_GROW,         "io.jwtagent.StoreGrow",         FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the store's map is full and has to grow") \
E(STORE_FULL,         "io.jwtagent.StoreFull",         FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the store has reached its largest size: raise store_max, or keep less in [retention]") \
E(DISK_FULL,          "io.jwtagent.DiskFull",          FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the disk that holds the store is full") \
E(STORE_READ_ONLY,    "io.jwtagent.StoreReadOnly",     FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the file system that holds the store takes no writes") \
E(STORE_DAMAGED,      "io.jwtagent.StoreDamaged",      FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the store is damaged: restore a backup of it") \
E(STORE_NEWER,        "io.jwtagent.StoreNewer",        FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the store was written by a newer jwt-agent") \
E(CRYPTO,             "io.jwtagent.CryptoFault",       FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "a cryptographic operation failed") \
E(CONFIG,             "io.jwtagent.BadConfiguration",  FAULT,  HIDDEN, DROP, SERVICE_ERR,      SERVICE_ERR,      SERVICE_ERR, 2, "the configuration is not valid") \
E(INTERNAL,           "io.jwtagent.InternalFault",     FAULT,  HIDDEN, DROP, SYSTEM_ERR,       SYSTEM_ERR,       SESSION_ERR, 1, "jwt-agent found a fault in itself") \
/* the way to the agent and back */ \
E(UNREACHABLE,        "io.jwtagent.Unreachable",       FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 4, "jwt-agent is not running or its socket cannot be reached") \
E(TIMEOUT,            "io.jwtagent.Timeout",           FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 4, "jwt-agent did not answer in time") \
E(UNTRUSTED_SERVER,   "io.jwtagent.UntrustedServer",   FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 4, "the socket is served by a process that is neither root nor the agent's user") \
E(PROTOCOL,           "io.jwtagent.Protocol",          FAULT,  HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "an answer was not understood") \
E(INVALID_MESSAGE,    "io.jwtagent.InvalidMessage",    DENIED, HIDDEN, DROP, SYSTEM_ERR,       SYSTEM_ERR,       SESSION_ERR, 1, "the message is not valid") \
E(METHOD_NOT_FOUND,   "org.varlink.service.MethodNotFound",       DENIED, HIDDEN, DROP, SYSTEM_ERR, SYSTEM_ERR, SESSION_ERR, 1, "the agent does not know this method") \
E(METHOD_NOT_IMPLEMENTED, "org.varlink.service.MethodNotImplemented", DENIED, HIDDEN, DROP, SYSTEM_ERR, SYSTEM_ERR, SESSION_ERR, 1, "the agent does not offer this") \
E(INTERFACE_NOT_FOUND, "org.varlink.service.InterfaceNotFound",   DENIED, HIDDEN, DROP, SYSTEM_ERR, SYSTEM_ERR, SESSION_ERR, 1, "the agent does not know this interface") \
E(INVALID_PARAMETER,  "org.varlink.service.InvalidParameter",     DENIED, HIDDEN, DROP, SYSTEM_ERR, SYSTEM_ERR, SESSION_ERR, 2, "a parameter is not valid") \
E(EXPECTED_MORE,      "org.varlink.service.ExpectedMore",         DENIED, HIDDEN, DROP, SYSTEM_ERR, SYSTEM_ERR, SESSION_ERR, 1, "this method answers with a stream: call it with more") \
E(PERMISSION_DENIED,  "org.varlink.service.PermissionDenied",     DENIED, HIDDEN, DROP, AUTH_ERR,   PERM_DENIED, SESSION_ERR, 3, "you may not do this") \
E(BUSY,               "io.jwtagent.Busy",              DENIED, HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 4, "the agent has too many calls in flight") \
E(TOO_SLOW,           "io.jwtagent.TooSlow",           DENIED, HIDDEN, DROP, SYSTEM_ERR,       SYSTEM_ERR,   SESSION_ERR, 1, "the answers were not read: begin again where you stopped") \
E(DIRECTORY_UNAVAILABLE, "io.jwtagent.DirectoryUnavailable", FAULT, HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the user directory did not answer in time") \
/* verdicts, in the order in which they are reached */ \
E(MALFORMED,          "io.jwtagent.Malformed",         DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this is not a well-formed token") \
E(TRUNCATED,          "io.jwtagent.Truncated",         DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token was cut off on its way") \
E(UNSIGNED,           "io.jwtagent.Unsigned",          DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token is not signed") \
E(ALGORITHM_REFUSED,  "io.jwtagent.AlgorithmRefused",  DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token's algorithm is not accepted from its issuer") \
E(HEADER_REFUSED,     "io.jwtagent.HeaderRefused",     DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token's header asks for something that is not accepted") \
E(UNKNOWN_ISSUER,     "io.jwtagent.UnknownIssuer",     DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token's issuer is not configured") \
E(UNKNOWN_KEY,        "io.jwtagent.UnknownKey",        DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token was signed with a key that its issuer does not have") \
E(KEYS_NEEDED,        "io.jwtagent.KeysNeeded",        DENIED, HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 1, "the issuer's keys have to be fetched first") \
E(KEYS_UNAVAILABLE,   "io.jwtagent.KeysUnavailable",   DENIED, HIDDEN, DROP, AUTHINFO_UNAVAIL, AUTHINFO_UNAVAIL, SESSION_ERR, 3, "the issuer's keys are not available") \
E(BAD_SIGNATURE,      "io.jwtagent.BadSignature",      DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token's signature is not good") \
E(INVALID_CLAIM,      "io.jwtagent.InvalidClaim",      DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "a claim that must be in the token is missing or of the wrong type") \
E(EXPIRED,            "io.jwtagent.Expired",           DENIED, SHOWN,  DROP, CRED_EXPIRED,     ACCT_EXPIRED, SESSION_ERR, 3, "the token has expired") \
E(NOT_YET_VALID,      "io.jwtagent.NotYetValid",       DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token is not valid yet") \
E(LIFETIME_TOO_LONG,  "io.jwtagent.LifetimeTooLong",   DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token lives longer than its issuer may allow") \
E(WRONG_AUDIENCE,     "io.jwtagent.WrongAudience",     DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token is meant for another audience") \
E(ISSUER_ENDED,       "io.jwtagent.IssuerEnded",       DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "tokens of this issuer are not accepted any more") \
E(ALGORITHM_ENDED,    "io.jwtagent.AlgorithmEnded",    DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "tokens that are signed in this way are not accepted any more") \
E(CLAIMS_ENDED,       "io.jwtagent.ClaimsEnded",       DENIED, SHOWN,  DROP, CRED_EXPIRED,     PERM_DENIED,  SESSION_ERR, 3, "the token's claims are too old: refresh it") \
E(REVOKED,            "io.jwtagent.Revoked",           DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token has been revoked") \
E(DEVICE_REVOKED,     "io.jwtagent.DeviceRevoked",     DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this device has been revoked") \
E(REPLAYED,           "io.jwtagent.Replayed",          DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token has been used before") \
E(WRONG_USER,         "io.jwtagent.WrongUser",         DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token is not for this user") \
E(STAND_ASIDE,        "io.jwtagent.StandAside",        DENIED, SHOWN,  DROP, IGNORE,           PERM_DENIED,  SESSION_ERR, 3, "the token is good, but tokens are not taken from this user at present") \
E(POLICY_DENIED,      "io.jwtagent.PolicyDenied",      DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this service does not accept the token") \
E(CLAIMS_OUTDATED,    "io.jwtagent.ClaimsOutdated",    DENIED, SHOWN,  DROP, AUTH_ERR,         NEW_AUTHTOK_REQD, SESSION_ERR, 3, "the token is to be renewed: refresh it") \
/* login codes, and attempts that come too fast */ \
E(WRONG_CODE,         "io.jwtagent.WrongCode",         DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this login code is not known, was used or has expired") \
E(CODE_ELSEWHERE,     "io.jwtagent.CodeElsewhere",     DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this login code is for another service or host") \
E(TOO_MANY_ATTEMPTS,  "io.jwtagent.TooManyAttempts",   DENIED, SHOWN,  DROP, MAXTRIES,         PERM_DENIED,  SESSION_ERR, 3, "too many attempts, try again in a while") \
/* refresh tokens */ \
E(INVALID_TOKEN,      "io.jwtagent.InvalidToken",      DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this is not a refresh token of this agent") \
E(TOKEN_REUSED,       "io.jwtagent.TokenReused",       DENIED, SHOWN,  KEEP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this refresh token was used before: all tokens of its family are revoked, enrol the device again") \
E(TOKEN_EXPIRED,      "io.jwtagent.TokenExpired",      DENIED, SHOWN,  DROP, CRED_EXPIRED,     ACCT_EXPIRED, SESSION_ERR, 3, "the refresh token has expired: enrol the device again") \
E(DEVICE_UNKNOWN,     "io.jwtagent.DeviceUnknown",     DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the token comes from a device that is not known here") \
E(TOO_MANY_DEVICES,   "io.jwtagent.TooManyDevices",    DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the user has as many devices as are allowed: revoke one first") \
E(PROOF_REQUIRED,     "io.jwtagent.ProofRequired",     DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "a proof that is signed with the device's key is required") \
E(INVALID_PROOF,      "io.jwtagent.InvalidProof",      DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "the proof is not one of the device's key for this request") \
/* keys */ \
E(ROTATION_UNDER_WAY, "io.jwtagent.RotationUnderWay",  DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "a key is being rotated already") \
/* things that are not there */ \
E(NO_SUCH_USER,       "io.jwtagent.NoSuchUser",        DENIED, HIDDEN, DROP, USER_UNKNOWN,     USER_UNKNOWN, SESSION_ERR, 5, "no such user") \
E(NO_SUCH_ISSUER,     "io.jwtagent.NoSuchIssuer",      DENIED, HIDDEN, DROP, SYSTEM_ERR,       SYSTEM_ERR,   SESSION_ERR, 5, "no such issuer") \
E(NO_SUCH_ALERT,      "io.jwtagent.NoSuchAlert",       DENIED, HIDDEN, DROP, SYSTEM_ERR,       SYSTEM_ERR,   SESSION_ERR, 5, "no such alert") \
E(NO_SUCH_DEVICE,     "io.jwtagent.NoSuchDevice",      DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 5, "no such device") \
E(NO_SUCH_SESSION,    "io.jwtagent.NoSuchSession",     DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 5, "no such session") \
E(SESSION_ENDED,      "io.jwtagent.SessionEnded",      DENIED, SHOWN,  DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 3, "this session has ended") \
/* inside one process, never sent */ \
E(GO_ON,              "io.jwtagent.GoOn",              DENIED, HIDDEN, DROP, SYSTEM_ERR,       SYSTEM_ERR,   SESSION_ERR, 1, "there is more to look at") \
E(NOT_FOUND,          "io.jwtagent.NotFound",          DENIED, HIDDEN, DROP, AUTH_ERR,         PERM_DENIED,  SESSION_ERR, 5, "not found") \
E(USAGE,              "io.jwtagent.Usage",             DENIED, HIDDEN, DROP, SERVICE_ERR,      SERVICE_ERR,  SERVICE_ERR, 2, "wrong usage")
/* clang-format on */

enum err {
	OK = 0,
#define E(id, ...) ERR_##id,
	ERRORS(E)
#undef E
	ERR_COUNT
};

/* The name on the wire, "io.jwtagent.Expired". */
const char *err_wire(enum err err);

/* The same without its interface, "Expired"; "ok" for OK. The audit reason. */
const char *err_name(enum err err);

/* A sentence for people, without a full stop. */
const char *err_text(enum err err);

/* What the person logging in may read: the text, or "token refused". */
const char *err_shown(enum err err);

bool err_is_fault(enum err err);

/* "granted", "denied" or "fault": the audit's outcome. */
const char *err_outcome(enum err err);

bool err_commits(enum err err);
int err_exit(enum err err);

/* The row whose wire name this is; ERR_PROTOCOL for an unknown name. */
enum err err_from_wire(const char *wire);

#endif
