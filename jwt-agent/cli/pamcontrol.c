/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/pamcontrol.h"

#include <stdio.h>
#include <string.h>

#define JUMP_MAX 1000

/* What to do after an answer; above 0: how many lines to jump over. */
enum action {
	ACTION_IGNORE = 0,
	ACTION_OK = -1,
	ACTION_DONE = -2,
	ACTION_BAD = -3,
	ACTION_DIE = -4,
	ACTION_RESET = -5,
	ACTION_NONE = -6, /* no such word */
};

static const struct {
	const char *word;
	const char *meaning;
} shorthands[] = {
    {"required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"},
    {"requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"},
    {"sufficient", "success=done new_authtok_reqd=done default=ignore"},
    {"optional", "success=ok new_authtok_reqd=ok default=ignore"},
};

static const char *const answers[] = {
    [PAM_ANSWER_SUCCESS] = "success",
    [PAM_ANSWER_AUTH_ERR] = "auth_err",
    [PAM_ANSWER_AUTHINFO_UNAVAIL] = "authinfo_unavail",
    [PAM_ANSWER_ACCT_EXPIRED] = "acct_expired",
    [PAM_ANSWER_IGNORE] = "ignore",
    [PAM_ANSWER_MODULE_UNKNOWN] = "module_unknown",
};

static int
action_of(const char *word, size_t size)
{
	static const struct {
		const char *word;
		int action;
	} actions[] = {
	    {"ignore", ACTION_IGNORE},
	    {"ok", ACTION_OK},
	    {"done", ACTION_DONE},
	    {"bad", ACTION_BAD},
	    {"die", ACTION_DIE},
	    {"reset", ACTION_RESET},
	};
	int jump = 0;

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strlen(actions[i].word) == size &&
		    strncasecmp(actions[i].word, word, size) == 0)
			return actions[i].action;
	for (size_t i = 0; i < size; i++) {
		if (word[i] < '0' || word[i] > '9' || jump > JUMP_MAX)
			return ACTION_NONE;
		jump = jump * 10 + (word[i] - '0');
	}
	return size > 0 ? jump : ACTION_NONE;
}

/* The text between the brackets, or what a shorthand stands for. */
static bool
meaning_of(const char *control, const char **text, size_t *size)
{
	if (control[0] == '[') {
		*text = control + 1;
		*size = strcspn(control + 1, "]");
		return control[1 + *size] == ']';
	}
	for (size_t i = 0; i < sizeof(shorthands) / sizeof(*shorthands); i++)
		if (strcasecmp(shorthands[i].word, control) == 0) {
			*text = shorthands[i].meaning;
			*size = strlen(*text);
			return true;
		}
	return false;
}

struct pair {
	const char *answer;
	size_t answer_size;
	int action;
};

/* Takes the next "answer=action" off the text; false at its end. */
static bool
next_pair(const char **text, size_t *size, struct pair *pair)
{
	size_t lead = 0, whole = 0;
	const char *equals;

	while (lead < *size && strchr(" \t", (*text)[lead]) != NULL)
		lead++;
	*text += lead;
	*size -= lead;
	if (*size == 0)
		return false;
	while (whole < *size && strchr(" \t", (*text)[whole]) == NULL)
		whole++;
	equals = memchr(*text, '=', whole);
	pair->answer = *text;
	pair->answer_size = equals != NULL ? (size_t)(equals - *text) : whole;
	pair->action = equals != NULL
	    ? action_of(equals + 1, whole - pair->answer_size - 1)
	    : ACTION_NONE;
	*text += whole;
	*size -= whole;
	return true;
}

bool
pam_control_valid(const char *control)
{
	struct pair pair;
	const char *text;
	size_t size;

	if (!meaning_of(control, &text, &size))
		return false;
	while (next_pair(&text, &size, &pair))
		if (pair.action == ACTION_NONE || pair.answer_size == 0)
			return false;
	return true;
}

static bool
names(const struct pair *pair, const char *answer)
{
	return strlen(answer) == pair->answer_size &&
	    strncasecmp(answer, pair->answer, pair->answer_size) == 0;
}

static int
find_action(const char *control, enum pam_answer answer)
{
	int other = ACTION_BAD; /* what libpam does with what is not named */
	struct pair pair;
	const char *text;
	size_t size;

	if (!meaning_of(control, &text, &size))
		return ACTION_BAD;
	while (next_pair(&text, &size, &pair)) {
		if (names(&pair, answers[answer]))
			return pair.action;
		if (names(&pair, "default"))
			other = pair.action;
	}
	return other;
}

/* POOR: a module agreed with an answer that is no success. */
enum impression {
	UNDECIDED,
	GOOD,
	POOR,
	FAILED
};

struct walk {
	const struct pam_stack *stack;
	enum pam_phase phase;
	enum impression impression;
	/* what it was where each substack began */
	enum impression before[PAM_DEPTH_MAX + 1];
	unsigned level;
	size_t at;
};

/* The next line of the phase from `at` on; stack->count when there is none. */
static size_t
next_line(const struct walk *walk, size_t at)
{
	while (at < walk->stack->count &&
	    walk->stack->line[at].phase != walk->phase)
		at++;
	return at;
}

/* Past the substack whose lines have this level, or to the end. */
static void
leave(struct walk *walk, unsigned level)
{
	const struct pam_stack *stack = walk->stack;

	walk->at = next_line(walk, walk->at + 1);
	while (walk->at < stack->count &&
	    (level == 0 || stack->line[walk->at].level >= level))
		walk->at = next_line(walk, walk->at + 1);
}

/* A substack counts as one line, and no jump leads out of one. */
static void
jump(struct walk *walk, int lines)
{
	const struct pam_stack *stack = walk->stack;
	unsigned level = walk->level;

	walk->at = next_line(walk, walk->at + 1);
	while (lines > 0 && walk->at < stack->count &&
	    stack->line[walk->at].level >= level) {
		do
			walk->at = next_line(walk, walk->at + 1);
		while (walk->at < stack->count &&
		    stack->line[walk->at].level > level);
		lines--;
	}
	if (lines > 0)
		walk->impression = FAILED;
}

static void
agree(struct walk *walk, int action, enum pam_answer answer)
{
	if (walk->impression == UNDECIDED || walk->impression == GOOD)
		walk->impression = answer == PAM_ANSWER_SUCCESS ? GOOD : POOR;
	if (walk->impression != FAILED && action == ACTION_DONE)
		leave(walk, walk->level);
	else
		walk->at = next_line(walk, walk->at + 1);
}

static void
act(struct walk *walk, int action, enum pam_answer answer)
{
	switch (action) {
	case ACTION_OK:
	case ACTION_DONE:
		agree(walk, action, answer);
		break;
	case ACTION_DIE:
		walk->impression = FAILED;
		leave(walk, walk->level);
		break;
	case ACTION_BAD:
		walk->impression = FAILED;
		walk->at = next_line(walk, walk->at + 1);
		break;
	case ACTION_RESET:
		walk->impression = walk->before[walk->level];
		walk->at = next_line(walk, walk->at + 1);
		break;
	default:
		jump(walk, action);
	}
}

static void
enter(struct walk *walk, unsigned level)
{
	if (level > walk->level)
		walk->before[level] = walk->impression;
	walk->level = level;
}

bool
pam_stack_grants(const struct pam_stack *stack, enum pam_phase phase,
    pam_oracle oracle, void *context)
{
	struct walk walk = {.stack = stack, .phase = phase};

	walk.at = next_line(&walk, 0);
	while (walk.at < stack->count) {
		const struct pam_line *line = &stack->line[walk.at];
		enum pam_answer answer;

		if (strcasecmp(line->control, "substack") == 0) {
			walk.at = next_line(&walk, walk.at + 1);
			continue;
		}
		enter(&walk, line->level);
		answer = oracle(line, context);
		act(&walk, find_action(line->control, answer), answer);
	}
	return walk.impression == GOOD;
}
