/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_ECDSA_H
#define JWT_AGENT_VERIFY_ECDSA_H

/*
 * An ECDSA signature in its two forms: r and s side by side, each as long as
 * the curve's order (RFC 7518 section 3.4), and the DER sequence of two
 * integers that OpenSSL speaks.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define ECDSA_RAW_MAX 132
#define ECDSA_DER_MAX (ECDSA_RAW_MAX + 9)

/*
 * Raw to DER; `der` has room for ECDSA_DER_MAX bytes, `raw_size` is even and
 * at most ECDSA_RAW_MAX. ERR_BAD_SIGNATURE when r or s is 0.
 */
MUST_USE enum err ecdsa_to_der(
    const uint8_t *raw, size_t raw_size, uint8_t *der, size_t *der_size);

/* DER to exactly `raw_size` bytes. ERR_CRYPTO when it does not fit. */
MUST_USE enum err ecdsa_from_der(
    const uint8_t *der, size_t der_size, uint8_t *raw, size_t raw_size);

#endif
