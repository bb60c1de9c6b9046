/* SPDX-License-Identifier: BSD-3-Clause */

/* Devices: how many, under which name, with which key, and what is odd. */

#include "tests/service/foreign.h"

#include "jwt-agent/service/oddity.h"
#include "jwt-agent/verify/jws.h"
#include "jwt-agent/verify/proof.h"
#include "jwt-agent/verify/prover.h"
#include "lmdb-store/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define KEYS_FILE "keys_file = %s"
#define TEXT(text) ((char *)(uintptr_t)(text))

/* One device, its key, and what it was given last. */
struct scene {
	struct agency *agency;
	struct enroll_reply device;
	struct refresh_reply refreshed;
	struct authenticate_reply login;
	struct key *key;
	int proofs;
};

static void
scene_clear(struct scene *scene)
{
	enroll_reply_clear(&scene->device);
	refresh_reply_clear(&scene->refreshed);
	authenticate_reply_clear(&scene->login);
	key_free(scene->key);
}

static enum err
enroll(struct scene *scene, json_t *key)
{
	struct enroll_request request = {
	    .user = TEXT("alice"), .name = TEXT("laptop"), .key = key};

	enroll_reply_clear(&scene->device);
	return agency_end(scene->agency,
	    device_enroll(
		agency_begin(scene->agency), &request, &scene->device));
}

static enum err
enroll_again(struct scene *scene, struct enroll_reply *reply)
{
	struct enroll_again_request request = {.device = scene->device.device};

	enroll_reply_clear(reply);
	return agency_end(scene->agency,
	    device_enroll_again(agency_begin(scene->agency), &request, reply));
}

static enum err
rename_to(struct scene *scene, const char *name)
{
	struct device_rename_request request = {
	    scene->device.device, TEXT(name)};
	auto_clear(device_rename_reply) struct device_rename_reply reply = {0};
	enum err e = agency_end(scene->agency,
	    device_rename(agency_begin(scene->agency), &request, &reply));

	assert_true((e == OK) == (reply.name != NULL));
	return e;
}

static void
show(struct scene *scene, struct device_detail *detail)
{
	struct device_request request = {scene->device.device};

	device_detail_clear(detail);
	assert_int_equal(
	    agency_end(scene->agency,
		device_show(agency_begin(scene->agency), &request, detail)),
	    OK);
}

static enum err
log_in(struct scene *scene, const struct secret *token, const char *rhost,
    const char *fingerprint)
{
	struct authenticate_request request = {
	    .user = TEXT("alice"),
	    .uid = AGENCY_UID,
	    .service = TEXT("sshd"),
	    .rhost = TEXT(rhost),
	    .tty = TEXT("ssh"),
	    .token = (struct secret *)(uintptr_t)token,
	    .fingerprint = TEXT(fingerprint),
	};

	authenticate_reply_clear(&scene->login);
	return agency_end(scene->agency,
	    login_authenticate(
		agency_begin(scene->agency), &request, &scene->login));
}

static void
begin(struct scene *scene, void **state)
{
	scene->agency = *state;
	assert_int_equal(enroll(scene, NULL), OK);
}

static void
a_user_has_so_many_devices(void **state)
{
	auto_clear(scene) struct scene scene = {.agency = *state};
	auto_clear(device_revoke_reply) struct device_revoke_reply gone = {0};

	agency_configure(scene.agency, "[device]\nmax_devices = 3\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(enroll(&scene, NULL), OK);
	auto_str char *last = strdup(scene.device.device);
	assert_int_equal(enroll(&scene, NULL), ERR_TOO_MANY_DEVICES);
	assert_null(scene.device.device);
	/* a revoked one does not count */
	assert_int_equal(agency_revoke(scene.agency, last, &gone), OK);
	assert_int_equal(enroll(&scene, NULL), OK);
	assert_int_equal(enroll(&scene, NULL), ERR_TOO_MANY_DEVICES);
	agency_configure(scene.agency, "[device]\nmax_devices = 0\n");
	assert_int_equal(enroll(&scene, NULL), OK);
}

static void
a_device_is_renamed(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(device_detail) struct device_detail detail = {0};
	char longest[DEVICE_NAME_MAX + 2];

	begin(&scene, state);
	assert_int_equal(rename_to(&scene, "phone"), OK);
	show(&scene, &detail);
	assert_string_equal(detail.name, "phone");
	memset(longest, 'x', sizeof(longest));
	longest[DEVICE_NAME_MAX + 1] = '\0';
	assert_int_equal(rename_to(&scene, longest), ERR_INVALID_PARAMETER);
	assert_int_equal(rename_to(&scene, longest + 1), OK);
	assert_int_equal(rename_to(&scene, ""), ERR_INVALID_PARAMETER);
	assert_int_equal(rename_to(&scene, "a\nb"), ERR_INVALID_PARAMETER);
	scene.device.device[ID_SIZE - 1] ^= 1; /* still of the form */
	assert_int_equal(rename_to(&scene, "x"), ERR_NO_SUCH_DEVICE);
}

static void
a_device_is_enrolled_again(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(enroll_reply) struct enroll_reply again = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply gone = {0};
	auto_clear(device_detail) struct device_detail detail = {0};

	begin(&scene, state);
	assert_int_equal(enroll_again(&scene, &again), OK);
	assert_string_equal(again.device, scene.device.device);
	assert_string_equal(again.name, "laptop");
	assert_string_equal(again.user, "alice");
	assert_int_equal(agency_refresh(scene.agency,
			     scene.device.refresh_token, &scene.refreshed),
	    ERR_REVOKED);
	assert_int_equal(
	    log_in(&scene, scene.device.access_token, NULL, NULL), ERR_REVOKED);
	assert_int_equal(log_in(&scene, again.access_token, NULL, NULL), OK);

	/* a revoked one lives again, with its new tokens only */
	assert_int_equal(
	    agency_revoke(scene.agency, scene.device.device, &gone), OK);
	assert_int_equal(
	    log_in(&scene, again.access_token, NULL, NULL), ERR_DEVICE_REVOKED);
	{
		auto_clear(enroll_reply) struct enroll_reply third = {0};

		assert_int_equal(enroll_again(&scene, &third), OK);
		assert_int_equal(
		    log_in(&scene, third.access_token, NULL, NULL), OK);
		assert_int_equal(agency_refresh(scene.agency,
				     third.refresh_token, &scene.refreshed),
		    OK);
	}
	assert_int_equal(
	    log_in(&scene, again.access_token, NULL, NULL), ERR_REVOKED);
	assert_int_equal(
	    agency_refresh(scene.agency, again.refresh_token, &scene.refreshed),
	    ERR_REVOKED);
	show(&scene, &detail);
	assert_string_equal(detail.state, DEVICE_ACTIVE);
	assert_int_equal(detail.revoked, 0);
	assert_null(detail.revoked_reason);
	assert_int_equal(json_array_size(detail.history), 2);
}

static void
enrolling_again_has_its_refusals(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(enroll_reply) struct enroll_reply reply = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply gone = {0};
	struct enroll_again_request request;
	struct call *call;

	begin(&scene, state);
	request = (struct enroll_again_request){.device = scene.device.device};
	call = agency_begin(scene.agency);
	call->subject = AGENCY_UID + 1; /* the name is somebody else's now */
	assert_int_equal(agency_end(scene.agency,
			     device_enroll_again(call, &request, &reply)),
	    ERR_NO_SUCH_USER);
	assert_int_equal(
	    agency_revoke(scene.agency, scene.device.device, &gone), OK);
	auto_str char *device = strdup(scene.device.device);
	agency_configure(scene.agency, "[device]\nmax_devices = 1\n");
	assert_int_equal(enroll(&scene, NULL), OK);
	request.device = device;
	assert_int_equal(agency_end(scene.agency,
			     device_enroll_again(
				 agency_begin(scene.agency), &request, &reply)),
	    ERR_TOO_MANY_DEVICES);
	request.device = TEXT("none");
	assert_int_equal(agency_end(scene.agency,
			     device_enroll_again(
				 agency_begin(scene.agency), &request, &reply)),
	    ERR_NO_SUCH_DEVICE);
	/* an active one takes no more room */
	assert_int_equal(enroll_again(&scene, &reply), OK);
}

static void
the_newest_sessions_are_shown(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(enroll_reply) struct enroll_reply other = {0};
	auto_clear(device_detail) struct device_detail detail = {0};
	char newest[ID_SIZE + 1];

	begin(&scene, state);
	for (int i = 0; i < DEVICE_HISTORY_MAX + 5; i++) {
		agency_pass(scene.agency, 1);
		assert_int_equal(
		    log_in(&scene, scene.device.access_token, "h.test", NULL),
		    OK);
	}
	snprintf(newest, sizeof(newest), "%s", scene.login.session);
	assert_int_equal(agency_enroll(scene.agency, &other), OK);
	assert_int_equal(log_in(&scene, other.access_token, NULL, NULL), OK);
	show(&scene, &detail);
	assert_int_equal(json_array_size(detail.history), DEVICE_HISTORY_MAX);
	for (size_t i = 0; i < DEVICE_HISTORY_MAX; i++) {
		const json_t *entry = json_array_get(detail.history, i);

		assert_int_equal(
		    json_integer_value(json_object_get(entry, "created")),
		    AGENCY_START + DEVICE_HISTORY_MAX + 5 - (int64_t)i);
	}
	assert_string_equal(json_string_value(json_object_get(
				json_array_get(detail.history, 0), "session")),
	    newest);
	assert_string_equal(detail.seen_rhost, "h.test");
	assert_string_equal(detail.seen_service, "sshd");
	assert_string_equal(detail.seen_tty, "ssh");
	assert_int_equal(json_array_size(detail.oddities), 0);
}

/* keys and proofs */

static void
begin_with_key(struct scene *scene, void **state)
{
	auto_json json_t *jwk = NULL;

	scene->agency = *state;
	assert_int_equal(
	    key_generate(algorithm_find("ES256"), &scene->key), OK);
	assert_int_equal(key_jwk(scene->key, &jwk), OK);
	assert_int_equal(enroll(scene, jwk), OK);
}

static struct secret *
prove(struct scene *scene, const struct key *key, const char *jti)
{
	const struct proof_claims claims = {jti, "REFRESH",
	    scene->agency->config->issuer, host_now(&scene->agency->host)};
	struct secret *proof = NULL;

	assert_int_equal(prover_sign(key, &claims, &proof), OK);
	return proof;
}

static enum err
refresh_with(struct scene *scene, const struct secret *token,
    const struct secret *proof, struct refresh_reply *reply)
{
	struct refresh_request request = {
	    .token = (struct secret *)(uintptr_t)token,
	    .proof = (struct secret *)(uintptr_t)proof,
	};

	refresh_reply_clear(reply);
	return agency_end(scene->agency,
	    token_refresh(agency_begin(scene->agency), &request, reply));
}

static void
a_device_with_a_key_proves_that_it_has_it(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};
	auto_free(secret) struct secret *proof = NULL, *second = NULL;
	const struct secret *first;

	begin_with_key(&scene, state);
	first = scene.device.refresh_token;
	assert_int_equal(
	    refresh_with(&scene, first, NULL, &next), ERR_PROOF_REQUIRED);
	proof = prove(&scene, scene.key, "one");
	assert_int_equal(
	    refresh_with(&scene, first, proof, &scene.refreshed), OK);
	assert_int_equal(
	    refresh_with(&scene, scene.refreshed.refresh_token, proof, &next),
	    ERR_REPLAYED);
	agency_pass(scene.agency, PROOF_AGE_MAX);
	assert_int_equal(
	    refresh_with(&scene, scene.refreshed.refresh_token, proof, &next),
	    ERR_REPLAYED);
	agency_pass(scene.agency, 1);
	assert_int_equal(
	    refresh_with(&scene, scene.refreshed.refresh_token, proof, &next),
	    ERR_INVALID_PROOF);
	second = prove(&scene, scene.key, "one more");
	assert_int_equal(
	    refresh_with(&scene, scene.refreshed.refresh_token, second, &next),
	    OK);
}

/* The mark goes when the proof has grown too old, and not before. */
static void
the_mark_of_a_proof_lasts_as_long_as_the_proof(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};
	auto_free(secret) struct secret *proof = NULL;

	begin_with_key(&scene, state);
	proof = prove(&scene, scene.key, "one");
	assert_int_equal(refresh_with(&scene, scene.device.refresh_token, proof,
			     &scene.refreshed),
	    OK);
	agency_pass(scene.agency, PROOF_AGE_MAX);
	agency_sweep(scene.agency, "replay");
	assert_int_equal(
	    refresh_with(&scene, scene.refreshed.refresh_token, proof, &next),
	    ERR_REPLAYED);
}

/* Without the key nobody can make it look as if a token were reused. */
static void
a_thief_without_the_key_changes_nothing(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};
	auto_free(secret) struct secret *proof = NULL, *forged = NULL,
					*late = NULL, *last = NULL;
	struct key *thief = NULL;
	const struct secret *first;

	begin_with_key(&scene, state);
	first = scene.device.refresh_token;
	assert_int_equal(key_generate(algorithm_find("ES256"), &thief), OK);
	proof = prove(&scene, scene.key, "one");
	assert_int_equal(
	    refresh_with(&scene, first, proof, &scene.refreshed), OK);
	agency_pass(scene.agency, 60);
	forged = prove(&scene, thief, "one");
	assert_int_equal(
	    refresh_with(&scene, first, forged, &next), ERR_INVALID_PROOF);
	assert_int_equal(
	    refresh_with(&scene, first, NULL, &next), ERR_PROOF_REQUIRED);
	late = prove(&scene, scene.key, "two");
	assert_int_equal(
	    refresh_with(&scene, scene.refreshed.refresh_token, late, &next),
	    OK);
	/* whoever has both, has reused it */
	last = prove(&scene, scene.key, "three");
	assert_int_equal(
	    refresh_with(&scene, first, last, &next), ERR_TOKEN_REUSED);
	key_free(thief);
}

static void
access_tokens_name_the_key(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(device_detail) struct device_detail detail = {0};
	auto_clear(jws) struct jws jws = {0};
	auto_free(claims) struct claims *claims = NULL;
	const struct secret *token;
	const char *jkt = NULL;

	begin_with_key(&scene, state);
	token = scene.device.access_token;
	show(&scene, &detail);
	assert_string_equal(detail.jkt, key_kid(scene.key));
	assert_int_equal(
	    jws_read(secret_text(token), secret_size(token), NULL, &jws), OK);
	assert_int_equal(
	    claims_read(jws.payload, jws.payload_size, &claims), OK);
	assert_int_equal(claims_find_str(claims, "cnf.jkt", &jkt), OK);
	assert_string_equal(jkt, key_kid(scene.key));
	assert_true(secret_size(token) < 600);
	assert_int_equal(log_in(&scene, token, NULL, NULL), OK);
}

static void
a_password_change_cannot_prove_anything(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct change_request request = {
	    .user = TEXT("alice"), .uid = AGENCY_UID, .service = TEXT("sshd")};

	begin_with_key(&scene, state);
	request.token = scene.device.refresh_token;
	assert_int_equal(agency_end(scene.agency,
			     login_change_token(agency_begin(scene.agency),
				 &request, &scene.refreshed)),
	    ERR_PROOF_REQUIRED);
}

static void
a_key_can_be_required(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	begin(&scene, state);
	agency_configure(scene.agency, "[device]\nrequire_key = yes\n");
	assert_int_equal(agency_refresh(scene.agency,
			     scene.device.refresh_token, &scene.refreshed),
	    ERR_PROOF_REQUIRED);
	assert_int_equal(enroll(&scene, NULL), ERR_PROOF_REQUIRED);
	begin_with_key(&scene, state);
}

static void
a_key_must_be_one(void **state)
{
	auto_clear(scene) struct scene scene = {.agency = *state};
	auto_json json_t *empty = json_object();
	auto_json json_t *private = NULL;

	assert_int_equal(enroll(&scene, empty), ERR_INVALID_PARAMETER);
	assert_int_equal(key_generate(algorithm_find("ES256"), &scene.key), OK);
	assert_int_equal(key_jwk(scene.key, &private), OK);
	json_object_set_new(private, "d", json_string("AAAA"));
	assert_int_equal(enroll(&scene, private), ERR_INVALID_PARAMETER);
}

/* devices of other issuers */

static void
begin_foreign(struct foreign *foreign, void **state, const char *device)
{
	auto_str char *path = NULL, *keys = NULL, *more = NULL;

	foreign_open(foreign, *state);
	path = foreign_path(foreign);
	foreign_publish(foreign, NULL);
	assert_true(asprintf(&keys, KEYS_FILE, path) > 0);
	assert_true(asprintf(&more, "[device]\n%s\n", device) > 0);
	foreign_configure(foreign, keys, more);
}

static void
new_devices_may_have_to_be_known(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};

	begin_foreign(&foreign, state, "auto_register = yes");
	foreign.rhost = "192.0.2.1";
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice'}"), OK);
	foreign_clear(&foreign);
	memset(&foreign, 0, sizeof(foreign));
	begin_foreign(&foreign, state, "auto_register = no");
	foreign.rhost = "192.0.2.1";
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice'}"), OK);
	foreign.rhost = "192.0.2.2";
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'alice'}"), ERR_DEVICE_UNKNOWN);
	/* what is wrong with the token itself is said first */
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'bob'}"), ERR_WRONG_USER);
}

static void
new_devices_are_counted(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};

	begin_foreign(&foreign, state, "max_devices = 2");
	foreign.rhost = "192.0.2.1";
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice'}"), OK);
	foreign.rhost = "192.0.2.2";
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice'}"), OK);
	foreign.rhost = "192.0.2.3";
	assert_int_equal(
	    foreign_try(&foreign, "{'sub':'alice'}"), ERR_TOO_MANY_DEVICES);
	foreign.rhost = "192.0.2.1";
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice'}"), OK);
}

static void
another_issuers_device_is_not_enrolled(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(scene) struct scene scene = {.agency = *state};
	auto_clear(enroll_reply) struct enroll_reply reply = {0};

	begin_foreign(&foreign, state, "");
	assert_int_equal(foreign_try(&foreign, "{'sub':'alice'}"), OK);
	scene.device.device = strdup(foreign.reply.device);
	assert_int_equal(enroll_again(&scene, &reply), ERR_INVALID_PARAMETER);
}

/* what is odd */

static void
expect_alerts(const struct scene *scene, size_t count, const char *name)
{
	const struct call *call = &scene->agency->call;

	assert_int_equal(call->alert_count, count);
	if (count > 0)
		assert_string_equal(call->alerts[count - 1].name, name);
}

static void
another_network_is_odd(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(device_detail) struct device_detail detail = {0};
	static const struct {
		const char *rhost;
		size_t odd;
	} logins[] = {
	    {"192.0.2.1", 0}, /* the first one */
	    {"192.0.2.254", 0},
	    {NULL, 0},
	    {"", 0},
	    {"192.0.3.1", 1},
	    {"192.0.2.7", 0}, /* one of its last ones */
	    {"::ffff:192.0.2.9", 0},
	    {"2001:db8:1::1", 1},
	    {"2001:db8:1:ffff::2", 0},
	    {"2001:db8:2::1", 1},
	    {"laptop.home.test", 1},
	    {"Laptop.Home.test", 0},
	};
	size_t odd = 0;

	begin(&scene, state);
	for (size_t i = 0; i < sizeof(logins) / sizeof(*logins); i++) {
		assert_int_equal(log_in(&scene, scene.device.access_token,
				     logins[i].rhost, NULL),
		    OK);
		expect_alerts(&scene, logins[i].odd, ODDITY_NETWORK);
		odd += logins[i].odd;
	}
	show(&scene, &detail);
	assert_int_equal(json_array_size(detail.oddities), odd);
	assert_string_equal(json_string_value(json_object_get(
				json_array_get(detail.oddities, 0), "detail")),
	    "from laptop.home.test, last from 2001:db8:2::/48");
}

static void
what_is_remembered_has_bounds(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(device_detail) struct device_detail detail = {0};
	char rhost[32];

	begin(&scene, state);
	for (int i = 0; i < 40; i++) {
		snprintf(rhost, sizeof(rhost), "10.0.%d.1", i);
		assert_int_equal(
		    log_in(&scene, scene.device.access_token, rhost, NULL), OK);
		expect_alerts(&scene, i > 0, ODDITY_NETWORK);
	}
	assert_int_equal(
	    log_in(&scene, scene.device.access_token, "10.0.32.1", NULL), OK);
	expect_alerts(&scene, 0, NULL);
	assert_int_equal(
	    log_in(&scene, scene.device.access_token, "10.0.31.1", NULL), OK);
	expect_alerts(&scene, 1, ODDITY_NETWORK);
	show(&scene, &detail);
	assert_int_equal(json_array_size(detail.oddities), ODDITY_KEPT_MAX);
}

static void
what_is_no_host_is_not_compared(void **state)
{
	static const char *const rhosts[] = {"a b", "\xc3\xa9.test", "a\x01"};
	auto_clear(scene) struct scene scene = {0};

	begin(&scene, state);
	assert_int_equal(
	    log_in(&scene, scene.device.access_token, "10.0.0.1", NULL), OK);
	for (size_t i = 0; i < sizeof(rhosts) / sizeof(*rhosts); i++) {
		assert_int_equal(
		    log_in(&scene, scene.device.access_token, rhosts[i], NULL),
		    OK);
		expect_alerts(&scene, 0, NULL);
	}
}

static void
another_fingerprint_is_odd(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	struct refresh_request request = {.fingerprint = TEXT("B")};
	const struct secret *token;

	begin(&scene, state);
	token = scene.device.access_token;
	assert_int_equal(log_in(&scene, token, NULL, "A"), OK);
	expect_alerts(&scene, 0, NULL);
	assert_int_equal(log_in(&scene, token, NULL, NULL), OK);
	expect_alerts(&scene, 0, NULL);
	assert_int_equal(log_in(&scene, token, NULL, "A"), OK);
	expect_alerts(&scene, 0, NULL);
	request.token = scene.device.refresh_token;
	assert_int_equal(agency_end(scene.agency,
			     token_refresh(agency_begin(scene.agency), &request,
				 &scene.refreshed)),
	    OK);
	expect_alerts(&scene, 1, ODDITY_FINGERPRINT);
	assert_int_equal(log_in(&scene, token, NULL, "B"), OK);
	expect_alerts(&scene, 0, NULL);
	assert_int_equal(log_in(&scene, token, "10.0.0.1", "C"), OK);
	expect_alerts(&scene, 1, ODDITY_FINGERPRINT);
	assert_int_equal(log_in(&scene, token, "10.0.1.1", "D"), OK);
	expect_alerts(&scene, 2, ODDITY_FINGERPRINT);
}

static void
refuse(struct scene *scene, int times)
{
	for (int i = 0; i < times; i++) {
		struct call *call = agency_begin(scene->agency);

		call->event.uid = AGENCY_UID;
		assert_int_equal(
		    agency_end(scene->agency, oddity_count_refusal(call)), OK);
	}
}

static void
many_refusals_before_a_login_are_odd(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	const struct secret *token;

	begin(&scene, state);
	token = scene.device.access_token;
	refuse(&scene, ODDITY_REFUSALS_MIN - 1);
	assert_int_equal(log_in(&scene, token, NULL, NULL), OK);
	expect_alerts(&scene, 0, NULL);
	refuse(&scene, ODDITY_REFUSALS_MIN);
	assert_int_equal(log_in(&scene, token, NULL, NULL), OK);
	expect_alerts(&scene, 1, ODDITY_FAILURES);
	/* success clears */
	assert_int_equal(log_in(&scene, token, NULL, NULL), OK);
	expect_alerts(&scene, 0, NULL);
}

static void
refusals_of_long_ago_are_not_odd(void **state)
{
	auto_clear(scene) struct scene scene = {0};

	agency_configure(*state, "[token]\naccess_lifetime = 1d\n");
	begin(&scene, state);
	refuse(&scene, ODDITY_REFUSALS_MIN - 1);
	agency_pass(scene.agency, ODDITY_REFUSALS_SECONDS + 1);
	refuse(&scene, 1);
	assert_int_equal(
	    log_in(&scene, scene.device.access_token, NULL, NULL), OK);
	expect_alerts(&scene, 0, NULL);
	refuse(&scene, ODDITY_REFUSALS_MIN);
	agency_pass(scene.agency, ODDITY_REFUSALS_SECONDS + 1);
	assert_int_equal(
	    log_in(&scene, scene.device.access_token, NULL, NULL), OK);
	expect_alerts(&scene, 0, NULL);
}

static void
reuse_is_noted_with_the_device(void **state)
{
	auto_clear(scene) struct scene scene = {0};
	auto_clear(device_detail) struct device_detail detail = {0};

	begin(&scene, state);
	assert_int_equal(agency_refresh(scene.agency,
			     scene.device.refresh_token, &scene.refreshed),
	    OK);
	agency_pass(scene.agency, 60);
	assert_int_equal(agency_refresh(scene.agency,
			     scene.device.refresh_token, &scene.refreshed),
	    ERR_TOKEN_REUSED);
	expect_alerts(&scene, 1, ODDITY_REUSE);
	show(&scene, &detail);
	assert_int_equal(json_array_size(detail.oddities), 1);
}

int
main(void)
{
#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_user_has_so_many_devices),
	    T(a_device_is_renamed),
	    T(a_device_is_enrolled_again),
	    T(enrolling_again_has_its_refusals),
	    T(the_newest_sessions_are_shown),
	    T(a_device_with_a_key_proves_that_it_has_it),
	    T(the_mark_of_a_proof_lasts_as_long_as_the_proof),
	    T(a_thief_without_the_key_changes_nothing),
	    T(access_tokens_name_the_key),
	    T(a_password_change_cannot_prove_anything),
	    T(a_key_can_be_required),
	    T(a_key_must_be_one),
	    T(new_devices_may_have_to_be_known),
	    T(new_devices_are_counted),
	    T(another_issuers_device_is_not_enrolled),
	    T(another_network_is_odd),
	    T(what_is_remembered_has_bounds),
	    T(what_is_no_host_is_not_compared),
	    T(another_fingerprint_is_odd),
	    T(many_refusals_before_a_login_are_odd),
	    T(refusals_of_long_ago_are_not_odd),
	    T(reuse_is_noted_with_the_device),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
