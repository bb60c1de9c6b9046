/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/pamcheck.h"

#include "jwt-agent/cli/pamcontrol.h"

#include <string.h>

/* Modules that set things up and decide nothing when all is well. */
static const char *const bystanders[] = {"pam_access.so", "pam_cap.so",
    "pam_echo.so", "pam_env.so", "pam_exec.so", "pam_faildelay.so",
    "pam_faillock.so", "pam_group.so", "pam_issue.so", "pam_keyinit.so",
    "pam_lastlog.so", "pam_limits.so", "pam_loginuid.so", "pam_mail.so",
    "pam_motd.so", "pam_nologin.so", "pam_securetty.so", "pam_selinux.so",
    "pam_shells.so", "pam_succeed_if.so", "pam_systemd.so", "pam_time.so",
    "pam_umask.so", "pam_warn.so", "pam_wheel.so"};

/* One question: what we answer, and what every other judge does. */
struct question {
	enum pam_answer ours;
	enum pam_answer theirs;
};

static bool
is_bystander(const struct pam_line *line)
{
	for (size_t i = 0; i < sizeof(bystanders) / sizeof(*bystanders); i++)
		if (pam_line_is(line, bystanders[i]))
			return true;
	return false;
}

static enum pam_answer
answer(const struct pam_line *line, void *context)
{
	const struct question *question = context;

	if (pam_line_is(line, PAMCHECK_MODULE))
		return pam_line_has(line, "observe") &&
			question->ours != PAM_ANSWER_MODULE_UNKNOWN
		    ? PAM_ANSWER_IGNORE
		    : question->ours;
	if (pam_line_is(line, "pam_deny.so"))
		return PAM_ANSWER_AUTH_ERR;
	if (pam_line_is(line, "pam_permit.so"))
		return PAM_ANSWER_SUCCESS;
	return is_bystander(line) ? PAM_ANSWER_IGNORE : question->theirs;
}

static bool
grants(const struct pam_stack *stack, enum pam_phase phase,
    enum pam_answer ours, enum pam_answer theirs)
{
	struct question question = {ours, theirs};

	return pam_stack_grants(stack, phase, answer, &question);
}

/* The first line of the phase that names us, NULL when none does. */
static const struct pam_line *
our_line(const struct pam_stack *stack, enum pam_phase phase)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->line[i].phase == phase &&
		    pam_line_is(&stack->line[i], PAMCHECK_MODULE))
			return &stack->line[i];
	return NULL;
}

bool
pamcheck_names(const struct pam_stack *stack, enum pam_phase phase)
{
	return our_line(stack, phase) != NULL;
}

/* Whether anybody but us decides in this phase. */
static bool
has_other_judge(const struct pam_stack *stack, enum pam_phase phase)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct pam_line *line = &stack->line[i];

		if (line->phase == phase && !is_bystander(line) &&
		    !pam_line_is(line, PAMCHECK_MODULE) &&
		    !pam_line_is(line, "pam_deny.so") &&
		    !pam_line_is(line, "pam_permit.so") &&
		    strcasecmp(line->control, "substack") != 0)
			return true;
	}
	return false;
}

/* Our first line with or without `observe`, NULL when there is none. */
static const struct pam_line *
our_auth_line(const struct pam_stack *stack, bool observing)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct pam_line *line = &stack->line[i];

		if (line->phase == PAM_PHASE_AUTH &&
		    pam_line_is(line, PAMCHECK_MODULE) &&
		    pam_line_has(line, "observe") == observing)
			return line;
	}
	return NULL;
}

static bool
stands_after_deny(const struct pam_stack *stack)
{
	for (const struct pam_line *line = stack->line;
	     line < our_line(stack, PAM_PHASE_AUTH); line++)
		if (line->phase == PAM_PHASE_AUTH &&
		    pam_line_is(line, "pam_deny.so"))
			return true;
	return false;
}

/* A password module below us that asks by itself for what we have asked for:
 * a program that answers one prompt gets stuck. */
static bool
is_asked_twice(const struct pam_stack *stack)
{
	static const char *const modules[] = {"pam_unix.so", "pam_sss.so",
	    "pam_krb5.so", "pam_ldap.so", "pam_winbind.so"};
	bool asked = false;

	for (size_t i = 0; i < stack->count; i++) {
		const struct pam_line *line = &stack->line[i];

		if (line->phase != PAM_PHASE_AUTH)
			continue;
		asked |= pam_line_is(line, PAMCHECK_MODULE);
		for (size_t j = 0; j < sizeof(modules) / sizeof(*modules); j++)
			if (asked && pam_line_is(line, modules[j]) &&
			    !pam_line_has(line, "try_first_pass") &&
			    !pam_line_has(line, "use_first_pass"))
				return true;
	}
	return false;
}

struct verdicts {
	struct pam_verdict *verdict;
	size_t count;
};

static void
say(struct verdicts *verdicts, enum finding finding, const char *sentence)
{
	if (verdicts->count < PAM_VERDICTS_MAX)
		verdicts->verdict[verdicts->count++] =
		    (struct pam_verdict){finding, sentence};
}

static void
judge_fallback(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (!grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_AUTHINFO_UNAVAIL,
		PAM_ANSWER_SUCCESS))
		say(verdicts, FOUND_PAM_LOCKS_OUT,
		    "while the agent is down nobody gets in, not even by "
		    "password");
	else if (!grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_AUTH_ERR,
		     PAM_ANSWER_SUCCESS))
		say(verdicts, FOUND_PAM_LOCKS_OUT, "no password gets in");
}

static void
judge_token(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (grants(
		stack, PAM_PHASE_AUTH, PAM_ANSWER_SUCCESS, PAM_ANSWER_AUTH_ERR))
		return;
	if (stands_after_deny(stack))
		say(verdicts, FOUND_PAM_BELOW_DENY,
		    "pam_jwt.so stands below pam_deny.so and is never asked");
	else if (!grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_SUCCESS,
		     PAM_ANSWER_SUCCESS))
		say(verdicts, FOUND_PAM_JUMP_WRONG,
		    "even a good token does not get in");
	else
		say(verdicts, FOUND_PAM_NOT_ENOUGH,
		    "a token alone does not get in, another module must "
		    "agree");
}

static void
judge_auth(
    const struct pam_stack *stack, bool interactive, struct verdicts *verdicts)
{
	if (grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_AUTH_ERR,
		PAM_ANSWER_AUTH_ERR) ||
	    grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_AUTHINFO_UNAVAIL,
		PAM_ANSWER_AUTH_ERR))
		say(verdicts, FOUND_PAM_OPEN,
		    "somebody with neither token nor password gets in");
	if (is_asked_twice(stack))
		say(verdicts, FOUND_PAM_ASKS_TWICE,
		    "the password is asked for a second time");
	if (our_auth_line(stack, false) == NULL)
		return;
	if (our_auth_line(stack, true) != NULL)
		say(verdicts, FOUND_PAM_OBSERVES,
		    "one line observes beside one that logs in");
	judge_token(stack, verdicts);
	if (interactive)
		judge_fallback(stack, verdicts);
}

static void
judge_account(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (!pamcheck_names(stack, PAM_PHASE_ACCOUNT)) {
		say(verdicts, FOUND_PAM_NO_ACCOUNT,
		    "there is no account line: what was revoked since the "
		    "token was checked is not seen");
		return;
	}
	if (has_other_judge(stack, PAM_PHASE_ACCOUNT) &&
	    grants(stack, PAM_PHASE_ACCOUNT, PAM_ANSWER_SUCCESS,
		PAM_ANSWER_ACCT_EXPIRED))
		say(verdicts, FOUND_PAM_ACCOUNT_BYPASS,
		    "a token passes the account checks of the other modules "
		    "by");
	if (has_other_judge(stack, PAM_PHASE_AUTH) &&
	    !grants(stack, PAM_PHASE_ACCOUNT, PAM_ANSWER_IGNORE,
		PAM_ANSWER_SUCCESS))
		say(verdicts, FOUND_PAM_ACCOUNT_LOCKS,
		    "who came in by password fails in the account lines");
}

static void
judge_session(
    const struct pam_stack *stack, bool interactive, struct verdicts *verdicts)
{
	if (!pamcheck_names(stack, PAM_PHASE_SESSION)) {
		if (interactive)
			say(verdicts, FOUND_PAM_NO_SESSION,
			    "there is no session line: a revoke cannot end "
			    "sessions");
		return;
	}
	if (has_other_judge(stack, PAM_PHASE_AUTH) &&
	    has_other_judge(stack, PAM_PHASE_SESSION) &&
	    !grants(stack, PAM_PHASE_SESSION, PAM_ANSWER_IGNORE,
		PAM_ANSWER_SUCCESS))
		say(verdicts, FOUND_PAM_SESSION_LOCKS,
		    "who came in by password gets no session");
}

/* Whether a phase lets others in while all is well, and not when our file is
 * gone: a dash before the line keeps libpam from logging that, and no more. */
static bool
needs_file(const struct pam_stack *stack, enum pam_phase phase)
{
	enum pam_answer ours = phase == PAM_PHASE_AUTH
	    ? PAM_ANSWER_AUTHINFO_UNAVAIL
	    : PAM_ANSWER_IGNORE;

	return pamcheck_names(stack, phase) && has_other_judge(stack, phase) &&
	    grants(stack, phase, ours, PAM_ANSWER_SUCCESS) &&
	    !grants(
		stack, phase, PAM_ANSWER_MODULE_UNKNOWN, PAM_ANSWER_SUCCESS);
}

static void
judge_file(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (!has_other_judge(stack, PAM_PHASE_AUTH))
		return;
	for (int phase = 0; phase < PAM_PHASE_COUNT; phase++)
		if (phase != PAM_PHASE_PASSWORD &&
		    needs_file(stack, (enum pam_phase)phase)) {
			say(verdicts, FOUND_PAM_NEEDS_FILE,
			    "without the file pam_jwt.so nobody would get in, "
			    "not even by password");
			return;
		}
}

size_t
pamcheck_judge(const struct pam_stack *stack, bool interactive,
    struct pam_verdict verdict[PAM_VERDICTS_MAX])
{
	struct verdicts verdicts = {.verdict = verdict};

	if (!pamcheck_names(stack, PAM_PHASE_AUTH))
		return 0;
	judge_auth(stack, interactive, &verdicts);
	judge_file(stack, &verdicts);
	if (our_auth_line(stack, false) == NULL)
		return verdicts.count; /* nobody comes in by us */
	judge_account(stack, &verdicts);
	judge_session(stack, interactive, &verdicts);
	return verdicts.count;
}
