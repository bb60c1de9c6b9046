/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_NUMBER_H
#define JWT_AGENT_POLICY_NUMBER_H

/* The text of a JSON number. */

#include <jansson.h>

#define NUMBER_TEXT_SIZE 40

/*
 * With no more digits than tell it from every other: 3, 1.1, 3.0, 1e+100. So
 * whatever emits the shortest form has written it. Needs no memory.
 */
void number_text(const json_t *number, char text[NUMBER_TEXT_SIZE]);

#endif
