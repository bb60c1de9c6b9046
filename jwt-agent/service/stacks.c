/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/stacks.h"

#include "base/passwd.h"
#include "jwt-agent/policy/message.h"
#include "jwt-agent/policy/requirement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct stacks {
	const struct config *config;
	size_t count;
	struct stack stack[]; /* in the order of config->services */
};

/* Of a service: the configuration's sections are one array. */
static struct policy
policy_of(const struct service_config *config)
{
	return (struct policy){
	    .service = config->name,
	    .issuers = &config->issuers,
	    .users = &config->users,
	    .require_groups = &config->require_groups,
	    .require_claims = &config->require_claims,
	    .require_acr = &config->require_acr,
	    .require_amr = &config->require_amr,
	    .max_auth_age = config->max_auth_age,
	    .max_token_age = config->max_token_age,
	    .min_uid = config->min_uid,
	    .allow_root = config->allow_root,
	    .deny_message = config->deny_message,
	};
}

__attribute__((format(printf, 5, 6))) static enum err
refuse(const struct config *config, const struct stack *stack, const char *key,
    struct config_error *error, const char *format, ...)
{
	char section[CONFIG_SERVICE_NAME_MAX + 16], sentence[256];
	va_list arguments;

	snprintf(section, sizeof(section), "service %s", stack->config->name);
	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	return config_refuse(config, section, key, error, "%s", sentence);
}

/* A uid in digits, or a name. */
static enum err
find_caller(const char *name, uid_t *uid)
{
	unsigned long number;
	char *end;

	if (name[strspn(name, "0123456789")] != '\0')
		return passwd_uid(name, uid);
	errno = 0;
	number = strtoul(name, &end, 10);
	if (errno != 0 || number >= (uid_t)-1)
		return ERR_NO_SUCH_USER;
	*uid = (uid_t)number;
	return OK;
}

static enum err
find_callers(const struct config *config, struct stack *stack,
    struct config_error *error)
{
	const struct texts *names = &stack->config->callers;

	stack->callers = calloc(names->count + 1, sizeof(*stack->callers));
	if (stack->callers == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < names->count; i++) {
		enum err e = find_caller(names->item[i], &stack->callers[i]);

		if (e == ERR_NO_SUCH_USER)
			return refuse(config, stack, "callers", error,
			    "there is no user \"%.64s\"", names->item[i]);
		if (e != OK)
			return e;
		stack->caller_count++;
	}
	return OK;
}

/* What is wrong with one item of a list, or NULL. */
typedef const char *(*item_problem)(const char *item);

static enum err
check_items(const struct config *config, const struct stack *stack,
    const char *key, const struct texts *items, item_problem problem_of,
    struct config_error *error)
{
	for (size_t i = 0; i < items->count; i++) {
		const char *problem = problem_of(items->item[i]);

		if (problem != NULL)
			return refuse(config, stack, key, error,
			    "\"%.64s\": %s", items->item[i], problem);
	}
	return OK;
}

static enum err
check_texts(const struct config *config, const struct stack *stack,
    struct config_error *error)
{
	const struct service_config *service = stack->config;
	const char *problem = NULL;
	enum err e = check_items(config, stack, "require_claims",
	    &service->require_claims, requirement_problem, error);

	if (e == OK)
		e = check_items(config, stack, "require_groups",
		    &service->require_groups, group_problem, error);
	if (e == OK && service->deny_message != NULL)
		problem = policy_deny_problem(service->deny_message);
	if (problem != NULL)
		e = refuse(config, stack, "deny_message", error, "%s", problem);
	return e;
}

static enum err
make_ready(const struct config *config, struct stack *stack,
    const struct service_config *service, struct config_error *error)
{
	enum err e;

	stack->config = service;
	stack->policy = policy_of(service);
	stack->replay_once = strcmp(service->replay, "once") == 0;
	stack->renew = strcmp(service->outdated, "renew") == 0;
	stack->unrecorded = strcmp(service->store_fault, "verify") == 0;
	stack->end_on_expiry = strcmp(service->on_expiry, "end") == 0;
	e = check_texts(config, stack, error);
	return e == OK ? find_callers(config, stack, error) : e;
}

enum err
stacks_new(struct stacks **out, const struct config *config,
    struct config_error *error)
{
	auto_free(stacks) struct stacks *stacks = calloc(
	    1, sizeof(*stacks) + config->service_count * sizeof(struct stack));
	enum err e = OK;

	if (stacks == NULL)
		return ERR_NO_MEMORY;
	stacks->config = config;
	while (e == OK && stacks->count < config->service_count) {
		size_t i = stacks->count++;

		e = make_ready(
		    config, &stacks->stack[i], &config->services[i], error);
	}
	if (e == OK)
		*out = TAKE(stacks);
	return e;
}

void
stacks_free(struct stacks *stacks)
{
	if (stacks == NULL)
		return;
	for (size_t i = 0; i < stacks->count; i++)
		free(stacks->stack[i].callers);
	free(stacks);
}

const struct stack *
stacks_find(const struct stacks *stacks, const char *name)
{
	const struct service_config *section =
	    config_service(stacks->config, name);

	return &stacks->stack[section - stacks->config->services];
}

bool
stack_takes_caller(const struct stack *stack, uid_t uid)
{
	if (uid == 0)
		return true;
	for (size_t i = 0; i < stack->caller_count; i++)
		if (stack->callers[i] == uid)
			return true;
	return false;
}
