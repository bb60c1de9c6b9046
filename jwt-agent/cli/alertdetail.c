/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/alertdetail.h"

#include <stdio.h>
#include <string.h>

static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789._-";

void
alert_detail_read(const char *text, struct alert_detail *out)
{
	size_t size = strspn(text, allowed);

	*out = (struct alert_detail){.name = ""};
	if (size >= sizeof(out->name) ||
	    (text[size] != ' ' && text[size] != '\0'))
		return;
	memcpy(out->name, text, size);
	snprintf(out->text, sizeof(out->text), "%s", text + size);
}

json_t *
alert_detail_json(const struct alert_detail *detail)
{
	auto_json json_t *alert = json_pack("{ss}", "name", detail->name);
	char text[sizeof(detail->text)], *rest = NULL;

	memcpy(text, detail->text, sizeof(text));
	for (char *word = strtok_r(text, " ", &rest);
	     word != NULL && alert != NULL; word = strtok_r(NULL, " ", &rest)) {
		char *value = strchr(word, '=');

		if (value == NULL)
			continue;
		*value++ = '\0';
		if (json_object_set_new(alert, word, json_string(value)) != 0)
			return NULL;
	}
	return TAKE(alert);
}
