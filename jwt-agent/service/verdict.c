/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/verdict.h"

#include "jwt-agent/policy/message.h"
#include "jwt-agent/service/claimset.h"
#include "jwt-agent/service/dated.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/enrolment.h"
#include "lmdb-store/family.h"
#include "lmdb-store/replay.h"
#include "lmdb-store/user.h"

#include <string.h>

/* Where our own tokens name groups. */
#define LOCAL_GROUPS_CLAIM "groups"

void
verdict_clear(struct verdict *verdict)
{
	verified_clear(&verdict->token);
	device_record_clear(&verdict->device);
}

static bool
is_local(const struct call *call, const struct verdict *verdict)
{
	return verdict->token.issuer == &call->service->keyring->issuer;
}

/*
 * A key is missing. It may have been published since the keys were fetched,
 * or the keys are too old: then they are fetched, though not for every token
 * that asks, and the call waits for them once if somebody waits for the call.
 */
static enum err
ask_for_keys(struct call *call, struct verdict *verdict)
{
	struct trusted *trusted =
	    trust_of(call->service->trust, verdict->token.issuer);
	enum err refusal = ERR_UNKNOWN_KEY;

	if (trusted == NULL || !trusted_is_fetched(trusted))
		return refusal;
	if (trusted_state(trusted, call->now) == KEYS_ENDED)
		trail_note(&verdict->trail, "; the issuer has ended");
	if (trusted_state(trusted, call->now) == KEYS_UNAVAILABLE)
		refusal = ERR_KEYS_UNAVAILABLE;
	if (trusted->problem.text[0] != '\0')
		trail_note(&verdict->trail, "; %.100s", trusted->problem.text);
	if (!trusted->fetching && !trusted_may_ask(trusted, call->now))
		return refusal;
	call->fetch = trusted;
	call->missing = true;
	return call->waited || !verdict->stack->config->interactive
	    ? refusal
	    : ERR_KEYS_NEEDED;
}

static enum err
check_token(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	struct trust *trust = call->service->trust;
	struct verify_input input = {
	    .token = secret_text(attempt->token),
	    .size = secret_size(attempt->token),
	    .cut = attempt->cut,
	    .audience = &verdict->stack->config->audience,
	};
	struct trusted *trusted;
	size_t count;
	const struct issuer *const *issuers =
	    trust_issuers(trust, call->now, &count);
	enum err e = verify_token(&input, issuers, count, call->now,
	    &verdict->trail, &verdict->token);

	if (e == ERR_UNKNOWN_KEY)
		return ask_for_keys(call, verdict);
	trusted = trust_of(trust, verdict->token.issuer);
	if (trusted != NULL && trusted_state(trusted, call->now) == KEYS_STALE)
		call->fetch = trusted;
	if (e == OK)
		e = origin_of_token(verdict->token.issuer->issuer,
		    attempt->token, verdict->origin);
	return e;
}

/* Whether a mark means the token, whatever its device and family say. */
static enum err
check_marks(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	const struct verified *token = &verdict->token;
	const struct marked what = {
	    .issuer = token->issuer->issuer,
	    .token = verdict->mark,
	    .device = verdict->new_device ? NULL : verdict->device.id,
	    .uid = attempt->uid,
	    .issued = token->issued,
	};
	struct mark_reason why = {""};
	enum err e = mark_of_token(
	    token->issuer->issuer, token->jti, verdict->origin, verdict->mark);

	if (e == OK)
		e = mark_check(call, &what, &why);
	if (e == ERR_REVOKED)
		trail_note(&verdict->trail, "%s", why.text);
	return e;
}

static enum err
check_family(struct call *call, const char *id)
{
	auto_clear(family_record) struct family_record family = {0};
	enum err e;

	if (id == NULL)
		return ERR_INVALID_CLAIM;
	e = family_get(call->txn, id, &family);
	if (e == ERR_NOT_FOUND)
		return ERR_REVOKED;
	if (e != OK)
		return e;
	return strcmp(family.state, FAMILY_ACTIVE) == 0 ? OK : ERR_REVOKED;
}

static enum err
check_active(struct call *call, const struct device_record *device)
{
	call_note(&call->event.device, device->id);
	return strcmp(device->state, DEVICE_ACTIVE) == 0 ? OK
							 : ERR_DEVICE_REVOKED;
}

/* A device that the store does not know was never ours, or is forgotten. */
static enum err
check_device(struct call *call, const char *id, struct device_record *device)
{
	enum err e;

	if (id == NULL || !id_valid(id))
		return ERR_INVALID_CLAIM;
	e = device_get(call->txn, id, device);
	if (e == ERR_NO_SUCH_DEVICE)
		return ERR_DEVICE_REVOKED;
	return e == OK ? check_active(call, device) : e;
}

/* A token of ours names device and family; one of another issuer is known by
 * where it comes from. */
static enum err
check_holder(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	const struct verified *token = &verdict->token;
	enum err e;

	if (!is_local(call, verdict)) {
		e = origin_device(call, token, attempt->user, attempt->uid,
		    attempt->rhost, &verdict->device, &verdict->new_device);
		if (e != OK || verdict->new_device)
			return e;
		return check_active(call, &verdict->device);
	}
	if (token->jti == NULL)
		return ERR_INVALID_CLAIM;
	e = check_device(call, token->device, &verdict->device);
	return e == OK ? check_family(call, token->family) : e;
}

static enum err
check_revocation(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	enum err e;

	trail_open(&verdict->trail, "revocation");
	e = check_holder(call, attempt, verdict);
	if (e == OK)
		e = check_marks(call, attempt, verdict);
	if (e == OK && verdict->new_device)
		trail_note(&verdict->trail, "a device that is new here");
	else if (e == OK)
		trail_note(
		    &verdict->trail, "device %s is active", verdict->device.id);
	trail_close(&verdict->trail, e);
	return e;
}

static enum err
check_replay(struct call *call, struct verdict *verdict)
{
	bool used = false;
	enum err e;

	if (!verdict->stack->replay_once)
		return OK;
	trail_open(&verdict->trail, "replay");
	trail_rule(&verdict->trail, "service", "replay");
	trail_wanted(&verdict->trail, "once");
	e = replay_has(call->txn, verdict->origin, &used);
	if (e == OK)
		trail_found(&verdict->trail, used ? "used" : "not used");
	if (e == OK && used)
		e = ERR_REPLAYED;
	if (e == OK)
		trail_note(&verdict->trail, "not used before");
	trail_close(&verdict->trail, e);
	return e;
}

/* The user that the token names here; our own tokens say the name itself. */
static enum err
map_user(struct call *call, struct verdict *verdict,
    char room[MAPPING_USER_MAX + 1], const char **user)
{
	const struct trusted *trusted =
	    trust_of(call->service->trust, verdict->token.issuer);
	enum err e;

	*user = verdict->token.user;
	if (trusted == NULL)
		return OK;
	trail_open(&verdict->trail, "mapping");
	trail_rule(&verdict->trail, "issuer", "username_map");
	trail_found(&verdict->trail, verdict->token.user);
	e = mapping_apply(trusted->mapping, verdict->token.user, room);
	*user = room;
	if (e == OK)
		trail_quote(&verdict->trail, room);
	else if (e == ERR_WRONG_USER)
		trail_note(&verdict->trail, "names no user of this host");
	trail_close(&verdict->trail, e);
	return e;
}

static struct policy_subject
subject_of(const struct call *call, const struct attempt *attempt,
    const struct verdict *verdict, const char *mapped)
{
	const struct trusted *trusted =
	    trust_of(call->service->trust, verdict->token.issuer);
	struct policy_subject subject = {
	    .user = attempt->user,
	    .uid = attempt->uid,
	    .mapped = mapped,
	    .issuer = verdict->token.issuer->name,
	    .claims = verdict->token.claims,
	    .groups_claim = LOCAL_GROUPS_CLAIM,
	    .issued = verdict->token.issued,
	    .now = call->now,
	};

	if (trusted != NULL) {
		subject.groups_claim = trusted->config->groups_claim;
		subject.issuer_claims = &trusted->config->require_claims;
	}
	return subject;
}

static enum err
check_policy(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	const struct policy *policy = &verdict->stack->policy;
	char room[MAPPING_USER_MAX + 1] = "";
	const char *user = NULL;
	enum err e = map_user(call, verdict, room, &user);
	struct policy_subject subject =
	    subject_of(call, attempt, verdict, user);

	if (e == OK)
		e = policy_user(policy, &subject, &verdict->trail);
	if (e == OK)
		e = claimset_complete(call, attempt->uid, verdict);
	if (e == OK)
		e = policy_service(policy, &subject, &verdict->trail);
	if (e == ERR_POLICY_DENIED && policy->deny_message != NULL)
		policy_deny_text(
		    policy->deny_message, verdict->token.claims, call->message);
	return e;
}

/* Names can be given to somebody else: the number decides whose device it
 * is. */
static enum err
check_owner(const struct attempt *attempt, struct verdict *verdict)
{
	enum err e = verdict->device.uid == attempt->uid ? OK : ERR_WRONG_USER;

	trail_open(&verdict->trail, "owner");
	if (e == OK)
		trail_note(&verdict->trail, "the device belongs to uid %lld",
		    (long long)attempt->uid);
	else
		trail_note(&verdict->trail,
		    "the device belongs to uid %lld, not %lld",
		    (long long)verdict->device.uid, (long long)attempt->uid);
	trail_close(&verdict->trail, e);
	return e;
}

/* Last of all, since it says something about the user's other devices. */
static enum err
check_registration(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	bool allowed = call->service->config->auto_register;
	enum err e = ERR_DEVICE_UNKNOWN;

	if (!verdict->new_device)
		return OK;
	if (allowed)
		e = enrolment_check_count(call, attempt->uid);
	trail_open(&verdict->trail, "registration");
	trail_rule(&verdict->trail, "device",
	    allowed ? "max_devices" : "auto_register");
	if (e == OK)
		trail_note(&verdict->trail, "the device is registered");
	else if (e == ERR_TOO_MANY_DEVICES)
		trail_note(&verdict->trail,
		    "the user has %lld active devices already",
		    (long long)call->service->config->max_devices);
	else if (e == ERR_DEVICE_UNKNOWN)
		trail_note(
		    &verdict->trail, "new devices are not registered here");
	trail_close(&verdict->trail, e);
	return e;
}

/* The login goes on; what follows of it is for the account phase. */
static enum err
check_outdated(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	const struct verified *token = &verdict->token;
	int64_t newest = call->service->config->claim_version;
	auto_clear(user_record) struct user_record user = {0};
	enum err e;

	if (!verdict->stack->renew || !is_local(call, verdict))
		return OK;
	e = user_get(call->txn, attempt->uid, &user);
	if (e != OK)
		return e;
	verdict->outdated =
	    dated_version(token) < newest || token->issued < user.asked;
	trail_open(&verdict->trail, "renewal");
	trail_rule(&verdict->trail, "service", "outdated");
	trail_found_number(&verdict->trail, dated_version(token));
	trail_wanted(&verdict->trail, "version %lld", (long long)newest);
	trail_note(&verdict->trail,
	    verdict->outdated ? "has to be renewed at the login"
			      : "need not be renewed");
	trail_close(&verdict->trail, OK);
	return OK;
}

/* Of a token that is bound to no key: whether it may be. */
static enum err
check_key(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	const char *jkt = NULL;
	bool required = false;
	enum err e = flag_holds(
	    call, FLAG_DEVICE_KEY_REQUIRED, attempt->user, &required);

	if (e != OK || !required ||
	    claims_find_str(verdict->token.claims, "cnf.jkt", &jkt) == OK)
		return e;
	trail_open(&verdict->trail, "device key");
	trail_wanted(&verdict->trail, "cnf.jkt");
	trail_note(&verdict->trail, "the token is bound to no device's key");
	trail_close(&verdict->trail, ERR_PROOF_REQUIRED);
	return ERR_PROOF_REQUIRED;
}

enum err
verdict_stand_aside(
    struct call *call, const struct attempt *attempt, struct trail *trail)
{
	struct flag_standing standing;
	char state[FLAG_STATE_SIZE];
	enum err e =
	    flag_judge(call, FLAG_TOKEN_LOGIN, attempt->user, &standing);

	if (e != OK || standing.holds)
		return e;
	flag_state_write(standing.setting.percent, state);
	trail_open(trail, "token_login");
	if (strcmp(standing.why, FLAG_WHY_CONFIGURED) == 0)
		trail_rule(trail, "flag", "default");
	trail_found(trail, state);
	trail_wanted(trail, "on");
	trail_note(
	    trail, "the flag token_login is %s (%s)", state, standing.why);
	if (standing.setting.percent != FLAG_OFF)
		trail_note(trail, ", the user is in bucket %lld",
		    (long long)standing.bucket);
	trail_close(trail, ERR_STAND_ASIDE);
	return ERR_STAND_ASIDE;
}

static enum err
take_steps(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	enum err e = check_token(call, attempt, verdict);

	if (e == OK)
		e = dated_check(call, verdict);
	if (e == OK)
		e = check_revocation(call, attempt, verdict);
	if (e == OK)
		e = check_replay(call, verdict);
	if (e == OK)
		e = check_policy(call, attempt, verdict);
	if (e == OK)
		e = check_owner(attempt, verdict);
	if (e == OK)
		e = check_registration(call, attempt, verdict);
	if (e == OK)
		e = check_key(call, attempt, verdict);
	if (e == OK)
		e = verdict_stand_aside(call, attempt, &verdict->trail);
	if (e == OK)
		e = check_outdated(call, attempt, verdict);
	return e;
}

enum err
verdict_reach(
    struct call *call, const struct attempt *attempt, struct verdict *verdict)
{
	struct metrics *metrics = call->service->metrics;
	int64_t began = metric_begin(metrics);
	enum err e;

	verdict->stack = stacks_find(call->service->stacks, attempt->service);
	e = take_steps(call, attempt, verdict);
	metric_end(metrics, METRIC_VERIFICATION_TIME, 0, began);
	if (e != OK && verdict->trail.count > 0)
		call_note(&call->event.detail,
		    verdict->trail.steps[verdict->trail.count - 1].detail);
	return e;
}
