/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SELECTOR_H
#define JWT_AGENT_CONFIG_SELECTOR_H

/* Which events are meant: EVENT, EVENT:OUTCOME or EVENT:OUTCOME:REASON, where
 * an asterisk at the end of a part stands for any rest. */

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

/* Whether there is an event that its first part can mean. */
bool selector_is_possible(const char *selector);

#endif
