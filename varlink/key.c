/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/key.h"

DEFINE_FIELDS(key_view, KEY_VIEW)
DEFINE_FIELDS(key_rotate_request, KEY_ROTATE_REQUEST)
DEFINE_FIELDS(key_master_request, KEY_MASTER_REQUEST)
