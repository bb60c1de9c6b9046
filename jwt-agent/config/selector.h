/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SELECTOR_H
#define JWT_AGENT_CONFIG_SELECTOR_H

/* Which events are meant: EVENT, EVENT:OUTCOME or EVENT:OUTCOME:REASON, where
 * an asterisk at the end of a part stands for any rest. */

#include "base/option_error.h"
#include "base/texts.h"

/* What happened, by the words of the audit; borrowed. */
struct happening {
	const char *event;
	const char *outcome;
	const char *reason;
};

/* Whether one of the selectors means it. */
bool selectors_have(
    const struct texts *selectors, const struct happening *happening);

/* Whether a selector's first part can mean an event of this name. */
bool selector_names(const char *selector, const char *event);

/* Whether each of its parts can mean something: events are those of
 * observe/message.h, outcomes and reasons those of base/err.h. ERR_CONFIG tells
 * which part does not, and what there is. */
MUST_USE enum err
selector_check(const char *selector, struct option_error *error);

#endif
