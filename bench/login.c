/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a PAM login with a token costs (authenticate and account management,
 * with its session and its audit on disk), beside one that pam_permit grants,
 * one with a password, one bare check of a signature and one durable commit;
 * and what the check of a session costs beside an echo of as many bytes.
 * All in turns, so that they meet the same load.
 *
 * The agent runs already; /etc/pam.d has the services bench-token,
 * bench-permit and bench-password; FOLDER is on the disk of the agent's store.
 * Standard input: the password, in one line. As root; ci/bench does all this.
 * Usage: bench/login SOCKET USER FOLDER [ROUNDS]
 */

#include "bench/clock.h"
#include "bench/device.h"
#include "lmdb-store/kv.h"
#include "varlink/login.h"

#include <err.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ROUNDS_PRESET 2000
#define SLOW_SHARE 100 /* a password is asked for once in so many rounds */
#define ECHO_SIZE 160
#define SIGNATURE_TEXT 87 /* of ES256, with its dot */
#define SERVICE "bench-token"

struct bench {
	char *user;
	int64_t uid;
	char password[256];
	struct client *client;
	struct enroll_reply device;
	char *session;
	struct kv *kv;
	int echo;
	EVP_PKEY *key;
	unsigned char signature[128];
	size_t signature_size;
};

enum kind {
	TOKEN,
	PERMIT,
	PASSWORD,
	VERIFY,
	COMMIT,
	CHECK,
	ECHO,
	KINDS
};

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **responses, void *context)
{
	*responses = calloc((size_t)count, sizeof(**responses));
	if (*responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*responses)[i].resp = strdup(context);
	return PAM_SUCCESS;
}

static bool
log_in(const struct bench *bench, const char *service, const char *text)
{
	const struct pam_conv conversation = {answer, (char *)(uintptr_t)text};
	pam_handle_t *pamh = NULL;
	int code = pam_start(service, bench->user, &conversation, &pamh);

	if (code == PAM_SUCCESS)
		code = pam_authenticate(pamh, 0);
	if (code == PAM_SUCCESS)
		code = pam_acct_mgmt(pamh, 0);
	pam_end(pamh, code);
	return code == PAM_SUCCESS;
}

static bool
run_token(struct bench *bench)
{
	return log_in(bench, SERVICE, secret_text(bench->device.access_token));
}

static bool
run_permit(struct bench *bench)
{
	return log_in(bench, "bench-permit", "");
}

static bool
run_password(struct bench *bench)
{
	return log_in(bench, "bench-password", bench->password);
}

/* Of the token, what is signed in it. */
static size_t
signed_size(const struct bench *bench)
{
	return secret_size(bench->device.access_token) - SIGNATURE_TEXT;
}

static bool
run_verify(struct bench *bench)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context != NULL &&
	    EVP_DigestVerifyInit_ex(
		context, NULL, "SHA256", NULL, NULL, bench->key, NULL) == 1 &&
	    EVP_DigestVerify(context, bench->signature, bench->signature_size,
		secret_data(bench->device.access_token),
		signed_size(bench)) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

/* As much as a session takes. */
static bool
run_commit(struct bench *bench)
{
	static const char value[300] = "";
	static uint64_t number;
	struct txn *txn = NULL;

	number++;
	return kv_begin(bench->kv, TXN_WRITE, &txn) == OK &&
	    txn_put(txn, 0, (struct slice){&number, sizeof(number)},
		(struct slice){value, sizeof(value)}) == OK &&
	    txn_commit(txn) == OK;
}

static bool
run_check(struct bench *bench)
{
	const struct session_request request = {
	    .session = bench->session,
	    .user = bench->user,
	    .uid = bench->uid,
	    .service = (char *)(uintptr_t)SERVICE,
	};
	struct empty reply;

	client_renew(bench->client);
	return client_call(bench->client,
		   &(struct client_call){
		       .method = "io.jwtagent.Login.CheckAccount",
		       .request_fields = session_request_fields(),
		       .request = &request,
		       .fd = -1,
		       .reply_fields = empty_fields(),
		       .reply = &reply,
		   }) == OK;
}

/* As much there and back as a session check sends. */
static bool
run_echo(struct bench *bench)
{
	char text[ECHO_SIZE] = "";

	return send(bench->echo, text, sizeof(text), 0) ==
	    (ssize_t)sizeof(text) &&
	    recv(bench->echo, text, sizeof(text), MSG_WAITALL) ==
	    (ssize_t)sizeof(text);
}

static const struct subject {
	const char *name;
	bool (*run)(struct bench *bench);
	int share; /* runs once in so many rounds */
} subjects[KINDS] = {
    [TOKEN] = {"login with a token", run_token, 1},
    [PERMIT] = {"login by pam_permit", run_permit, 1},
    [PASSWORD] = {"login with a password", run_password, SLOW_SHARE},
    [VERIFY] = {"bare signature check", run_verify, 1},
    [COMMIT] = {"durable commit", run_commit, 1},
    [CHECK] = {"session check", run_check, 1},
    [ECHO] = {"echo over a socket", run_echo, 1},
};

static void
prepare_client(struct bench *bench, const char *socket)
{
	enum err e = device_connect(&bench->client, socket);

	if (e != OK)
		errx(1, "%s: %s", socket, err_text(e));
	if (device_enroll(bench->client, bench->user, &bench->device) != OK)
		errx(1, "no device: %s", client_message(bench->client));
}

static void
prepare_session(struct bench *bench)
{
	struct authenticate_request request = {.user = bench->user,
	    .uid = bench->uid,
	    .service = (char *)(uintptr_t)SERVICE,
	    .token = bench->device.access_token};
	auto_clear(authenticate_reply) struct authenticate_reply reply = {0};

	if (client_call(bench->client,
		&(struct client_call){
		    .method = "io.jwtagent.Login.Authenticate",
		    .request_fields = authenticate_request_fields(),
		    .request = &request,
		    .fd = -1,
		    .reply_fields = authenticate_reply_fields(),
		    .reply = &reply,
		}) != OK)
		errx(1, "no session: %s", client_message(bench->client));
	bench->session = TAKE(reply.session);
}

static void
prepare_commit(struct bench *bench, const char *folder)
{
	static const char *const tables[] = {"bench"};
	auto_str char *path = NULL;
	struct kv_options options = {
	    .map_start = (size_t)64 << 20, .map_max = (size_t)64 << 20};
	struct store_error why = {""};
	struct txn *txn = NULL;

	if (asprintf(&path, "%s/bench", folder) < 0)
		err(1, "%s", folder);
	options.path = path;
	if (kv_open(&bench->kv, &options, &why) != OK)
		errx(1, "%s", why.text);
	if (kv_begin(bench->kv, TXN_WRITE, &txn) != OK ||
	    txn_open_tables(txn, tables, 1) != OK || txn_commit(txn) != OK)
		errx(1, "%s: no store", path);
}

/* A process that sends back what comes, until we are gone. */
static void
prepare_echo(struct bench *bench)
{
	char text[ECHO_SIZE];
	int ends[2];
	ssize_t size;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		err(1, "socketpair");
	bench->echo = ends[0];
	if (fork() != 0) {
		close(ends[1]);
		return;
	}
	close(ends[0]);
	while ((size = recv(ends[1], text, sizeof(text), 0)) > 0)
		if (send(ends[1], text, (size_t)size, 0) != size)
			break;
	_exit(0);
}

static void
prepare_key(struct bench *bench)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	bench->key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	bench->signature_size = sizeof(bench->signature);
	if (context == NULL || bench->key == NULL ||
	    EVP_DigestSignInit_ex(
		context, NULL, "SHA256", NULL, NULL, bench->key, NULL) != 1 ||
	    EVP_DigestSign(context, bench->signature, &bench->signature_size,
		secret_data(bench->device.access_token),
		signed_size(bench)) != 1)
		errx(1, "no signature");
	EVP_MD_CTX_free(context);
}

static void
bench_clear(struct bench *bench)
{
	close(bench->echo);
	EVP_PKEY_free(bench->key);
	kv_free(bench->kv);
	free(bench->session);
	enroll_reply_clear(&bench->device);
	client_free(bench->client);
}

/* Microseconds that it took. */
static double
run(const struct subject *subject, struct bench *bench)
{
	double began = clock_seconds(CLOCK_MONOTONIC);

	if (!subject->run(bench))
		errx(1, "%s failed", subject->name);
	return (clock_seconds(CLOCK_MONOTONIC) - began) * 1e6;
}

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* p50 and p99. */
struct times {
	double half, most;
};

static struct times
times_of(double *took, size_t count)
{
	qsort(took, count, sizeof(*took), compare);
	return (struct times){took[count / 2], took[count * 99 / 100]};
}

static void
measure(struct bench *bench, int rounds, struct times out[KINDS])
{
	double *took[KINDS];
	size_t count[KINDS] = {0};

	for (int kind = 0; kind < KINDS; kind++)
		if ((took[kind] = calloc((size_t)rounds, sizeof(double))) ==
		    NULL)
			err(1, NULL);
	for (int round = 0; round < rounds; round++)
		for (int kind = 0; kind < KINDS; kind++)
			if (round % subjects[kind].share == 0)
				took[kind][count[kind]++] =
				    run(&subjects[kind], bench);
	for (int kind = 0; kind < KINDS; kind++) {
		out[kind] = times_of(took[kind], count[kind]);
		free(took[kind]);
	}
}

static void
report(const struct times times[KINDS])
{
	const struct times *token = &times[TOKEN], *permit = &times[PERMIT];

	for (int kind = 0; kind < KINDS; kind++)
		printf("%-24s p50 %8.1f us  p99 %8.1f us\n",
		    subjects[kind].name, times[kind].half, times[kind].most);
	printf("login / pam_permit: p50 %.2f, p99 %.2f\n",
	    token->half / permit->half, token->most / permit->most);
	printf("password / login: %.1f\n", times[PASSWORD].half / token->half);
	printf("our share of a login less a commit / signature check: %.2f\n",
	    (token->half - permit->half - times[COMMIT].half) /
		times[VERIFY].half);
	printf("session check / echo: %.2f\n",
	    times[CHECK].half / times[ECHO].half);
}

int
main(int argc, char **argv)
{
	struct bench bench = {0};
	struct times times[KINDS];
	const struct passwd *person;

	if (argc < 4)
		errx(2, "usage: login SOCKET USER FOLDER [ROUNDS]");
	person = getpwnam(argv[2]);
	if (person == NULL)
		errx(1, "%s: no such user", argv[2]);
	bench.user = argv[2];
	bench.uid = person->pw_uid;
	if (fgets(bench.password, sizeof(bench.password), stdin) == NULL)
		errx(2, "standard input has no password");
	bench.password[strcspn(bench.password, "\n")] = '\0';
	prepare_echo(&bench);
	prepare_client(&bench, argv[1]);
	prepare_session(&bench);
	prepare_commit(&bench, argv[3]);
	prepare_key(&bench);
	measure(&bench, argc > 4 ? atoi(argv[4]) : ROUNDS_PRESET, times);
	report(times);
	bench_clear(&bench);
	return 0;
}
