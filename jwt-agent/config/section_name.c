/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/section_name.h"

#include "jwt-agent/config/config.h"

#include <stdio.h>
#include <string.h>

static bool
is_name(const char *name, size_t max)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t size = strlen(name);

	return size > 0 && size <= max && strspn(name, allowed) == size;
}

static enum err
refuse_form(struct option_error *error, const char *forms, int max)
{
	snprintf(error->text, sizeof(error->text),
	    "write %s, with a name of 1 to %d letters, digits, dots, hyphens "
	    "and underscores",
	    forms, max);
	return ERR_CONFIG;
}

enum err
issuer_name_check(const char *name, struct option_error *error)
{
	if (!is_name(name, CONFIG_ISSUER_NAME_MAX))
		return refuse_form(
		    error, "[issuer NAME]", CONFIG_ISSUER_NAME_MAX);
	if (strcmp(name, CONFIG_LOCAL_ISSUER) != 0)
		return OK;
	snprintf(error->text, sizeof(error->text),
	    "the issuer " CONFIG_LOCAL_ISSUER
	    " is the agent itself; its section is [token]");
	return ERR_CONFIG;
}

bool
claim_name_is_taken(const char *name)
{
	static const char *const taken[] = {"iss", "sub", "aud", "exp", "nbf",
	    "iat", "jti", "did", "fam", "ver", "cnf", "client_id", "auth_time",
	    "acr", "amr"};

	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (strcmp(taken[i], name) == 0)
			return true;
	return false;
}

enum err
claim_name_check(const char *name, struct option_error *error)
{
	if (!is_name(name, CONFIG_CLAIM_NAME_MAX))
		return refuse_form(
		    error, "[claim NAME]", CONFIG_CLAIM_NAME_MAX);
	if (!claim_name_is_taken(name))
		return OK;
	snprintf(error->text, sizeof(error->text),
	    "the claim %s has a meaning of its own and no section", name);
	return ERR_CONFIG;
}

enum err
service_name_check(const char *name, struct option_error *error)
{
	if (is_name(name, CONFIG_SERVICE_NAME_MAX) ||
	    strcmp(name, CONFIG_ANY_SERVICE) == 0)
		return OK;
	return refuse_form(
	    error, "[service *] or [service NAME]", CONFIG_SERVICE_NAME_MAX);
}

enum err
alert_name_check(const char *name, struct option_error *error)
{
	if (is_name(name, CONFIG_ALERT_NAME_MAX))
		return OK;
	return refuse_form(error, "[alert NAME]", CONFIG_ALERT_NAME_MAX);
}

enum err
flag_name_check(const char *name, struct option_error *error)
{
	enum flag flag;

	if (flag_find(name, &flag))
		return OK;
	return option_refuse(
	    error, "there is no such flag; there are " FLAG_NAMES);
}
