/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_TALLY_H
#define JWT_AGENT_CLI_TALLY_H

/* How often each of a few words came, in a fixed room: of more than
 * TALLY_LABELS_MAX those that come later are "other" together. */

#include "base/autofree.h"
#include "base/err.h"

#include <jansson.h>
#include <stdint.h>

#define TALLY_LABELS_MAX 64
#define TALLY_LABEL_SIZE 48 /* what is longer is cut */
#define TALLY_OTHER "other"

/* All zero is empty. */
struct tally {
	size_t count;
	struct {
		char label[TALLY_LABEL_SIZE];
		int64_t count;
	} row[TALLY_LABELS_MAX + 1];
};

void tally_add(struct tally *tally, const char *label, int64_t count);

/* [{`name`: label, "count": number}], the most frequent first, and of these by
 * label. NULL without memory. */
json_t *tally_json(struct tally *tally, const char *name);

#endif
