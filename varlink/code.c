/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/code.h"

DEFINE_FIELDS(code_new_request, CODE_NEW_REQUEST)
DEFINE_FIELDS(code_new_reply, CODE_NEW_REPLY)
