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
		return pam_line_has(line, "observe") ? PAM_ANSWER_IGNORE
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

static bool
is_observing(const struct pam_line *line)
{
	return pam_line_has(line, "observe");
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

struct verdicts {
	struct pam_verdict *verdict;
	size_t count;
};

static void
say(struct verdicts *verdicts, bool fault, const char *sentence,
    const char *next)
{
	if (verdicts->count < PAM_VERDICTS_MAX)
		verdicts->verdict[verdicts->count++] =
		    (struct pam_verdict){fault, sentence, next};
}

static void
judge_fallback(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_AUTHINFO_UNAVAIL,
		PAM_ANSWER_SUCCESS))
		return;
	say(verdicts, true,
	    "while the agent is down nobody gets in, not even by password",
	    "write: auth sufficient pam_jwt.so, and the password modules "
	    "below it");
}

static void
judge_token(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (grants(
		stack, PAM_PHASE_AUTH, PAM_ANSWER_SUCCESS, PAM_ANSWER_AUTH_ERR))
		return;
	if (stands_after_deny(stack))
		say(verdicts, true,
		    "pam_jwt.so stands below pam_deny.so and is never asked",
		    "move the pam_jwt.so line above the password modules");
	else if (!grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_SUCCESS,
		     PAM_ANSWER_SUCCESS))
		say(verdicts, true, "even a good token does not get in",
		    "see how many lines success=N jumps over");
	else
		say(verdicts, false,
		    "a token alone does not get in, another module must "
		    "agree",
		    "write: auth sufficient pam_jwt.so, if a token shall do");
}

static void
judge_auth(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_AUTH_ERR,
		PAM_ANSWER_AUTH_ERR) ||
	    grants(stack, PAM_PHASE_AUTH, PAM_ANSWER_AUTHINFO_UNAVAIL,
		PAM_ANSWER_AUTH_ERR))
		say(verdicts, true,
		    "somebody with neither token nor password gets in",
		    "end the auth lines with: auth required pam_deny.so");
	if (is_observing(our_line(stack, PAM_PHASE_AUTH)))
		return;
	judge_token(stack, verdicts);
	judge_fallback(stack, verdicts);
}

static void
judge_account(const struct pam_stack *stack, struct verdicts *verdicts)
{
	if (!pamcheck_names(stack, PAM_PHASE_ACCOUNT)) {
		say(verdicts, true,
		    "there is no account line: what was revoked since the "
		    "token was checked is not seen",
		    "add: account required pam_jwt.so");
		return;
	}
	if (has_other_judge(stack, PAM_PHASE_ACCOUNT) &&
	    grants(stack, PAM_PHASE_ACCOUNT, PAM_ANSWER_SUCCESS,
		PAM_ANSWER_ACCT_EXPIRED))
		say(verdicts, false,
		    "a token passes the account checks of the other modules "
		    "by",
		    "write: account required pam_jwt.so");
	if (has_other_judge(stack, PAM_PHASE_AUTH) &&
	    !grants(stack, PAM_PHASE_ACCOUNT, PAM_ANSWER_IGNORE,
		PAM_ANSWER_SUCCESS))
		say(verdicts, true,
		    "who came in by password fails in the account lines",
		    "write: account required pam_jwt.so");
}

size_t
pamcheck_judge(
    const struct pam_stack *stack, struct pam_verdict verdict[PAM_VERDICTS_MAX])
{
	struct verdicts verdicts = {.verdict = verdict};

	if (!pamcheck_names(stack, PAM_PHASE_AUTH))
		return 0;
	judge_auth(stack, &verdicts);
	if (is_observing(our_line(stack, PAM_PHASE_AUTH)))
		return verdicts.count; /* nobody comes in by us */
	judge_account(stack, &verdicts);
	if (!pamcheck_names(stack, PAM_PHASE_SESSION))
		say(&verdicts, false,
		    "there is no session line: a revoke cannot end sessions",
		    "add: session required pam_jwt.so");
	return verdicts.count;
}
