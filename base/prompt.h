/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_PROMPT_H
#define BASE_PROMPT_H

/*
 * What the PAM module asks and how a long token answers. The ssh client cuts
 * an answer at 1023 bytes but answers several prompts one after the other, so
 * a token goes in parts: an answer that ends in ANSWER_MORE has more to come,
 * and the next prompt asks for that part. The first prompt is part 1.
 */

#define PROMPT_DEFAULT "Password or token: "
#define PROMPT_PART_FORMAT "Token (part %u): "

#define ANSWER_PART_SIZE 1000
#define ANSWER_MORE '+'

#endif
