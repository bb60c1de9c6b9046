/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_ALERTDETAIL_H
#define JWT_AGENT_CLI_ALERTDETAIL_H

/* What the detail of an alert's event says: "NAME value=5.2% events=21/400
 * threshold=5% window=5m". */

#include "base/fields.h"

#define ALERT_WORD_SIZE 64

struct alert_detail {
	char name[ALERT_WORD_SIZE]; /* [A-Za-z0-9._-], else empty */
	char text[256];
};

/* Never fails: what is not of that form is left out. */
void alert_detail_read(const char *text, struct alert_detail *out);

/* {"name": "failed-logins", "value": "5.2%", ...}, new; NULL without memory. */
json_t *alert_detail_json(const struct alert_detail *detail);

#endif
