/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/request.h"

#include "jwt-agent/service/admin.h"
#include "jwt-agent/service/alert.h"
#include "jwt-agent/service/attribute.h"
#include "jwt-agent/service/audit.h"
#include "jwt-agent/service/code.h"
#include "jwt-agent/service/device.h"
#include "jwt-agent/service/export.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/forget.h"
#include "jwt-agent/service/import.h"
#include "jwt-agent/service/issuer.h"
#include "jwt-agent/service/key.h"
#include "jwt-agent/service/lifetime.h"
#include "jwt-agent/service/login.h"
#include "jwt-agent/service/metrics.h"
#include "jwt-agent/service/renewal.h"
#include "jwt-agent/service/revocation.h"
#include "jwt-agent/service/session.h"
#include "jwt-agent/service/storecheck.h"
#include "jwt-agent/service/timekeeping.h"
#include "jwt-agent/service/restored.h"
#include "jwt-agent/service/sweep.h"
#include "jwt-agent/service/token.h"
#include "jwt-agent/service/token_revocation.h"
#include "jwt-agent/service/upkeep.h"
#include "jwt-agent/service/user.h"
#include "jwt-agent/service/uses.h"
#include "varlink/interfaces.h"

#include <string.h>

#define LOGIN_FLAGS (AUDIT_GRANTS | VEILED)

/* A new request is one row here, one field list in its message header, and
 * one function in service/. */
/* clang-format off */
#define CALLS(R) \
/* method                         who      txn    event                flags                       names         subject          run                  request                    reply */ \
R("io.jwtagent.Login.Authenticate", SERVICE, WRITE, "login",             LOGIN_FLAGS | LIMITED | COUNTS_REFUSALS | UNRECORDED | LOGS_IN, NULL,         NULL,            login_authenticate,  authenticate_request,      authenticate_reply) \
R("io.jwtagent.Login.Observe",      SERVICE, WRITE, "observe",           LOGIN_FLAGS | TALLIED,      NULL,         NULL,            login_observe,       authenticate_request,      empty) \
R("io.jwtagent.Login.CheckAccount", SERVICE, READ,  "account",           LOGIN_FLAGS | UNRECORDED | ANSWERED_FIRST, NULL,         NULL,            login_check_account, session_request,           empty) \
R("io.jwtagent.Login.Credential",   SERVICE, WRITE, "credential",        LOGIN_FLAGS,                NULL,         NULL,            login_credential,    credential_request,        empty) \
R("io.jwtagent.Login.OpenSession",  SERVICE, WRITE, "session-open",      LOGIN_FLAGS | TAKES_LEADER, NULL,         NULL,            login_open_session,  session_request,           empty) \
R("io.jwtagent.Login.CloseSession", SERVICE, WRITE, "session-close",     LOGIN_FLAGS | RESERVED,           NULL,         NULL,            login_close_session, session_request,           empty) \
R("io.jwtagent.Login.ChangeToken",  SERVICE, WRITE, "change-token",      LOGIN_FLAGS | REFRESHES,                NULL,         NULL,            login_change_token,  change_request,            refresh_reply) \
R("io.jwtagent.Token.Refresh",      OWNER,   WRITE, "refresh",           AUDIT_GRANTS | REFRESHES,               names_token,  NULL,            token_refresh,       refresh_request,           refresh_reply) \
R("io.jwtagent.Token.Explain",      OWNER,   READ,  "explain",           0,                          names_explain, NULL,           token_explain,       explain_request,           explain_reply) \
R("io.jwtagent.Token.ListKeys",     ANY,     READ,  "list-keys",         0,                          NULL,         NULL,            token_list_keys,     empty,                     keys_reply) \
R("io.jwtagent.Device.Enroll",      OWNER,   WRITE, "enroll",            AUDIT_GRANTS,               names_enroll, NULL,            device_enroll,       enroll_request,            enroll_reply) \
R("io.jwtagent.Device.Show",        OWNER,   READ,  "device-show",       0,                          NULL,         subject_show,    device_show,         device_request,            device_detail) \
R("io.jwtagent.Session.Show",       OWNER,   READ,  "session-show",      0,                          NULL,         subject_session, session_show,        session_show_request,      session_view) \
R("io.jwtagent.Issuer.Show",        ADMIN,   READ,  "issuer-show",       0,                          NULL,         NULL,            issuer_show,         issuer_request,            issuer_view) \
R("io.jwtagent.Issuer.Refresh",     ADMIN,   WRITE, "issuer-refresh",    AUDIT_GRANTS,               NULL,         NULL,            issuer_refresh,      issuer_request,            issuer_view) \
R("io.jwtagent.Admin.AuditHead",    ADMIN,   WRITE, "audit-head",        AUDIT_GRANTS,               NULL,         NULL,            admin_audit_head,    empty,                     audit_head_reply) \
R("io.jwtagent.Admin.AuditHold",    ADMIN,   READ,  "audit-hold",        0,                          NULL,         NULL,            admin_audit_hold,    audit_hold_request,        audit_hold_reply) \
R("io.jwtagent.Admin.UpkeepDone",   ROOT,    WRITE, "upkeep",            AUDIT_GRANTS,               NULL,         NULL,            admin_upkeep_done,   upkeep_done_request,       empty) \
R("io.jwtagent.Admin.SweepStep",    ADMIN,   WRITE, "sweep",             RESERVED,                   NULL,         NULL,            admin_sweep_step,    sweep_step_request,        sweep_step_reply) \
R("io.jwtagent.Admin.Status",       ADMIN,   READ,  "status",            0,                          NULL,         NULL,            admin_status,        empty,                     status_reply) \
R("io.jwtagent.Device.Restore",     ADMIN,   WRITE, "device-restore",    AUDIT_GRANTS,               NULL,         NULL,            device_restore,      device_request,            device_restore_reply) \
R("io.jwtagent.User.Set",           ADMIN,   WRITE, "user-set",          AUDIT_GRANTS,               names_set,    NULL,            user_set,            user_set_request,          user_set_reply) \
R("io.jwtagent.User.Renew",         ADMIN,   WRITE, "user-renew",        AUDIT_GRANTS,               names_renew,  NULL,            user_renew,          user_renew_request,        user_renew_reply) \
R("io.jwtagent.User.Show",          OWNER,   READ,  "user-show",         0,                          names_shown,  NULL,            user_show,           user_show_request,         user_view) \
R("io.jwtagent.Admin.Import",       ADMIN,   WRITE, "import",            AUDIT_GRANTS,               names_import, NULL,            admin_import,        import_request,            import_reply) \
R("io.jwtagent.User.ForgetStep",    ADMIN,   WRITE, "user-forget-step",  0,                          NULL,         NULL,            user_forget_step,    user_forget_step_request,  user_forget_step_reply) \
R("io.jwtagent.Code.New",           OWNER,   WRITE, "code-new",          AUDIT_GRANTS,               names_code,   NULL,            code_new,            code_new_request,          code_new_reply) \
R("io.jwtagent.Device.Rename",      OWNER,   WRITE, "device-rename",     AUDIT_GRANTS,               NULL,         subject_rename,  device_rename,       device_rename_request,     device_rename_reply) \
R("io.jwtagent.Device.EnrollAgain", OWNER,   WRITE, "enroll-again",      AUDIT_GRANTS,               names_again,  NULL,            device_enroll_again, enroll_again_request,      enroll_reply) \
R("io.jwtagent.Key.Rotate",         ADMIN,   WRITE, "key-rotate",        AUDIT_GRANTS | RESERVED,    NULL,         NULL,            key_rotate,          key_rotate_request,        key_view) \
R("io.jwtagent.Key.RotateData",     ADMIN,   WRITE, "key-rotate-data",   AUDIT_GRANTS,               NULL,         NULL,            key_rotate_data,     empty,                     key_view) \
R("io.jwtagent.Key.RotateMaster",   ROOT,    WRITE, "key-rotate-master", AUDIT_GRANTS,               NULL,         NULL,            key_rotate_master,   key_master_request,        key_view) \
R("io.jwtagent.Alert.Test",         ADMIN,   WRITE, "alert-test",        AUDIT_GRANTS | WARNS,       NULL,         NULL,            alert_test,          alert_test_request,        alert_test_reply) \
R("io.jwtagent.Admin.FlagSet",      ADMIN,   WRITE, "flag-set",          AUDIT_GRANTS,               names_flag,   NULL,            admin_flag_set,      flag_set_request,          flag_set_reply) \
R("io.jwtagent.Admin.FlagUndo",     ADMIN,   WRITE, "flag-undo",         AUDIT_GRANTS,               NULL,         NULL,            admin_flag_undo,     empty,                     flag_undo_reply) \
R("io.jwtagent.Admin.StoreStats",   ADMIN,   READ,  "store-stats",       0,                          NULL,         NULL,            admin_store_stats,   empty,                     store_stats_reply)

/* What ends sessions: all of them write, are audited and tell what became of
 * the sessions' processes. */
#define ENDINGS(R) \
/* method                         who    event                names            subject            run                request                    reply */ \
R("io.jwtagent.Device.Revoke",     OWNER, "device-revoke",     NULL,            subject_revoke,    device_revoke,     device_revoke_request,     device_revoke_reply) \
R("io.jwtagent.Session.Terminate", OWNER, "session-terminate", names_terminate, subject_terminate, session_terminate, session_terminate_request, session_terminate_reply) \
R("io.jwtagent.Token.Revoke",      OWNER, "token-revoke",      names_revoke,    NULL,              token_revoke,      token_revoke_request,      token_revoke_reply) \
R("io.jwtagent.Issuer.Revoke",     ADMIN, "issuer-revoke",     NULL,            NULL,              issuer_revoke,     issuer_revoke_request,     issuer_revoke_reply) \
R("io.jwtagent.User.Forget",       ADMIN, "user-forget",       names_forget,    NULL,              user_forget,       user_forget_request,       user_forget_reply) \
R("io.jwtagent.User.Logout",       OWNER, "user-logout",       names_logout,    NULL,              user_logout,       user_logout_request,       user_logout_reply)

#define LISTS(R) \
/* method                     who    event           names            next          request               entry                   as */ \
R("io.jwtagent.Device.List",  OWNER, "device-list",  names_devices,   device_list,  device_list_request,  device_view,  "device") \
R("io.jwtagent.Session.List", OWNER, "session-list", names_sessions,  session_list, session_list_request, session_view, "session") \
R("io.jwtagent.Issuer.List",  ADMIN, "issuer-list",  NULL,            issuer_list,  issuer_list_request,  issuer_view,  "issuer") \
R("io.jwtagent.Alert.List",   ADMIN, "alert-list",    NULL,           alert_list,   empty,                alert_view,   "alert") \
R("io.jwtagent.Admin.AuditVerify", ADMIN, "audit-verify", NULL,       admin_audit_verify, empty,           check_view,   "step") \
R("io.jwtagent.Key.List",     ADMIN, "key-list",      NULL,          key_list,     empty,                key_view,     "key") \
R("io.jwtagent.Admin.Audit",  ADMIN, "audit-list",   NULL,            admin_audit,  audit_request,        audit_view,   "event") \
R("io.jwtagent.Admin.Upkeep", ADMIN,  "upkeep-list", NULL,           admin_upkeep, empty,                upkeep_view,  "job") \
R("io.jwtagent.Admin.Metrics", ADMIN, "metrics",     NULL,            admin_metrics, empty,               metric_view,  "metric") \
R("io.jwtagent.Admin.Uses", ADMIN,    "uses",         NULL,            admin_uses,   uses_request,         use_view,     "use") \
R("io.jwtagent.Admin.Export", ADMIN,  "export",       NULL,            admin_export, export_request,       export_line,  "line") \
R("io.jwtagent.Admin.FlagList", ADMIN, "flag-list",  NULL,            admin_flag_list, flag_list_request, flag_view,    "flag") \
R("io.jwtagent.Admin.StoreCheck", ADMIN, "store-check", NULL,         admin_store_check, empty,           check_view,   "step")
/* clang-format on */

#define NAMES(function, type)                                                  \
	static enum err function(                                              \
	    struct call *call, const void *request, char **user)               \
	{                                                                      \
		const struct type *named = request;                            \
		(void)call;                                                    \
		if (named->user == NULL)                                       \
			return OK;                                             \
		*user = strdup(named->user);                                   \
		return *user != NULL ? OK : ERR_NO_MEMORY;                     \
	}
NAMES(names_enroll, enroll_request)
NAMES(names_explain, explain_request)
NAMES(names_devices, device_list_request)
NAMES(names_sessions, session_list_request)
NAMES(names_terminate, session_terminate_request)
NAMES(names_shown, user_show_request)
NAMES(names_set, user_set_request)
NAMES(names_renew, user_renew_request)
NAMES(names_logout, user_logout_request)
NAMES(names_forget, user_forget_request)
NAMES(names_import, import_request)
NAMES(names_code, code_new_request)
NAMES(names_flag, flag_set_request)

#define SUBJECT(function, type, member, find)                                  \
	static enum err function(                                              \
	    struct call *call, const void *request, int64_t *uid)              \
	{                                                                      \
		const struct type *about = request;                            \
		return find(call, about->member, uid);                         \
	}
SUBJECT(subject_show, device_request, device, device_subject)
SUBJECT(subject_revoke, device_revoke_request, device, device_subject)
SUBJECT(subject_session, session_show_request, session, session_subject)
SUBJECT(subject_rename, device_rename_request, device, device_subject)

static enum err
subject_terminate(struct call *call, const void *request, int64_t *uid)
{
	return session_terminate_subject(call, request, uid);
}

static enum err
names_token(struct call *call, const void *request, char **user)
{
	return token_user(call, request, user);
}

static enum err
names_revoke(struct call *call, const void *request, char **user)
{
	return token_revoke_user(call, request, user);
}

static enum err
names_again(struct call *call, const void *request, char **user)
{
	const struct enroll_again_request *again = request;

	return device_user(call, again->device, user);
}

/* Between the table's untyped functions and the typed handlers. */
#define TYPED_CALL(method, who, txn, event, flags, names, subject, function,   \
    request_type, reply_type)                                                  \
	static enum err run_##function(                                        \
	    struct call *call, const void *request, void *reply)               \
	{                                                                      \
		return function(call, request, reply);                         \
	}
CALLS(TYPED_CALL)

#define TYPED_ENDING(                                                          \
    method, who, event, names, subject, function, request_type, reply_type)    \
	static enum err run_##function(                                        \
	    struct call *call, const void *request, void *reply)               \
	{                                                                      \
		return function(call, request, reply);                         \
	}                                                                      \
	static void tell_##function(const struct call *call, void *reply)      \
	{                                                                      \
		struct reply_type *told = reply;                               \
		told->already_gone = call_count(call, EFFECT_GONE);            \
		told->not_permitted = call_count(call, EFFECT_DENIED);         \
		told->ended = told->sessions_ended - told->already_gone -      \
		    told->not_permitted;                                       \
	}
ENDINGS(TYPED_ENDING)

#define TYPED_LIST(                                                            \
    method, who, event, names, function, request_type, entry_type, as)         \
	static enum err next_##function(struct call *call,                     \
	    const void *request, struct cursor *cursor, void *entry)           \
	{                                                                      \
		return function(call, request, cursor, entry);                 \
	}
LISTS(TYPED_LIST)

#define CALL_ROW(method, who, txn, event, flags, names, subject, function,     \
    request_type, reply_type)                                                  \
	{method, WHO_##who, TXN_##txn, event, flags, names, subject,           \
	    request_type##_fields, reply_type##_fields, run_##function, NULL,  \
	    NULL, NULL},
#define ENDING_ROW(                                                            \
    method, who, event, names, subject, function, request_type, reply_type)    \
	{method, WHO_##who, TXN_WRITE, event, AUDIT_GRANTS | RESERVED, names,  \
	    subject, request_type##_fields, reply_type##_fields,               \
	    run_##function, NULL, NULL, tell_##function},
#define LIST_ROW(                                                              \
    method, who, event, names, function, request_type, entry_type, as)         \
	{method, WHO_##who, TXN_READ, event, 0, names, NULL,                   \
	    request_type##_fields, entry_type##_fields, NULL, next_##function, \
	    as, NULL},

const struct request requests[] = {
    CALLS(CALL_ROW) ENDINGS(ENDING_ROW) LISTS(LIST_ROW)};
const size_t request_count = sizeof(requests) / sizeof(*requests);

/* What the agent asks of itself: name, event, flags, run, request, reply. */
#define OWN_CALLS(R)                                                           \
	R(leader_gone, "session-close", AUDIT_GRANTS | RESERVED,               \
	    session_leader_gone, session_gone_request, empty)                  \
	R(sweep, "sweep", RESERVED, sweep_step, sweep_request, sweep_reply)    \
	R(keep_keys, "keys-keep", 0, issuer_keep, issuer_request, empty)       \
	R(keep_clock, "clock-keep", 0, timekeeping_keep, keep_clock_request,   \
	    empty)                                                             \
	R(begin, "agent-started", AUDIT_GRANTS, lifetime_begin, empty, empty)  \
	R(end_floods, "floods-end", 0, lifetime_end_floods, empty,             \
	    sweep_reply)                                                       \
	R(end, "agent-stopped", AUDIT_GRANTS, lifetime_end, empty, empty)      \
	R(tell_outage, "store-outage-over", AUDIT_GRANTS, outage_tell, empty,  \
	    empty)                                                             \
	R(restored, "store-restored", AUDIT_GRANTS, restored_note, empty,      \
	    empty)                                                             \
	R(alert_fire, "alert-fired", AUDIT_GRANTS | RESERVED | WARNS,          \
	    alert_fire, alert_change_request, empty)                           \
	R(alert_clear, "alert-cleared", AUDIT_GRANTS | RESERVED, alert_clear,  \
	    alert_change_request, empty)                                       \
	R(settle_master, "key-master", AUDIT_GRANTS, key_settle_master, empty, \
	    empty)

#define OWN_CALL(name, happening, flags_, function, request_type, reply_type)  \
	static enum err own_##name(                                            \
	    struct call *call, const void *request, void *reply)               \
	{                                                                      \
		return function(call, request, reply);                         \
	}                                                                      \
	const struct request request_##name = {.method = #name,                \
	    .who = WHO_AGENT,                                                  \
	    .txn = TXN_WRITE,                                                  \
	    .event = happening,                                                \
	    .flags = flags_,                                                   \
	    .request = request_type##_fields,                                  \
	    .reply = reply_type##_fields,                                      \
	    .run = own_##name};
OWN_CALLS(OWN_CALL)

#define OWN_ROW(name, happening, flags_, function, request_type, reply_type)   \
	&request_##name,
const struct request *const own_requests[] = {OWN_CALLS(OWN_ROW)};
const size_t own_request_count = sizeof(own_requests) / sizeof(*own_requests);

static bool
interface_is_known(const char *method, size_t size)
{
	for (size_t i = 0; i < interface_count; i++)
		if (strlen(interfaces[i].name) == size &&
		    strncmp(interfaces[i].name, method, size) == 0)
			return true;
	return false;
}

enum err
request_find(const char *method, const struct request **out)
{
	const char *dot = strrchr(method, '.');

	for (size_t i = 0; i < request_count; i++)
		if (strcmp(requests[i].method, method) == 0) {
			*out = &requests[i];
			return OK;
		}
	if (dot == NULL || !interface_is_known(method, (size_t)(dot - method)))
		return ERR_INTERFACE_NOT_FOUND;
	return ERR_METHOD_NOT_FOUND;
}
