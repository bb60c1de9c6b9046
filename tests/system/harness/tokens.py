# SPDX-License-Identifier: BSD-3-Clause
"""Tokens taken apart and put together by an independent implementation."""

import base64
import hashlib
import hmac
import json

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

PART = 400


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def header(token):
    return json.loads(decode(token.split(".")[0]))


def claims(token):
    """The claims, unverified."""
    return json.loads(decode(token.split(".")[1]))


def public_key(jwks):
    """The first key of the agent's JWK Set."""
    return jwt.PyJWK(jwks["keys"][0]).key


def verified(token, jwks, audience):
    """The claims as python3-jwt verifies them with the published key."""
    key = jwks["keys"][0]
    return jwt.decode(token, jwt.PyJWK(key).key, algorithms=[key["alg"]],
                      audience=audience)


def pem(jwks):
    return public_key(jwks).public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


def joined(head, payload, signature):
    return ".".join((encode(json.dumps(head).encode()),
                     encode(json.dumps(payload).encode()), encode(signature)))


def with_bad_signature(token):
    head, payload, signature = token.split(".")
    flipped = bytearray(decode(signature))
    flipped[8] ^= 1
    return ".".join((head, payload, encode(bytes(flipped))))


def unsigned(token, signature=b"none"):
    """The same claims with alg none."""
    return joined({**header(token), "alg": "none"}, claims(token), signature)


def with_public_key_as_secret(token, jwks):
    """HS256 with the bytes of the public key: the classic confusion."""
    head, payload, _ = joined({**header(token), "alg": "HS256"},
                              claims(token), b"x").split(".")
    mac = hmac.new(pem(jwks), f"{head}.{payload}".encode(), hashlib.sha256)
    return f"{head}.{payload}.{encode(mac.digest())}"


def signed_by_stranger(token):
    """The same header and claims under a key that the agent never had."""
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(claims(token), key, algorithm="ES256",
                      headers=header(token))


def parts(token, size=PART):
    """The answers that carry a long token through short prompts."""
    pieces = [token[i:i + size] for i in range(0, len(token), size)]
    return [piece + "+" for piece in pieces[:-1]] + pieces[-1:]


# refresh tokens: jr1_ + base64url( family 16 B, generation 4 B, tag 32 B )

PREFIX = "jr1_"


def refresh_parts(token):
    raw = decode(token.removeprefix(PREFIX))
    assert len(raw) == 52
    return raw[:16], int.from_bytes(raw[16:20], "big"), raw[20:]


def generation(token):
    return refresh_parts(token)[1]


def refresh_forged(token, family=None, generation=None, tag=None):
    """The same refresh token with other parts under the old tag."""
    old_family, old_generation, old_tag = refresh_parts(token)
    number = old_generation if generation is None else generation
    return PREFIX + encode((family or old_family)
                           + number.to_bytes(4, "big") + (tag or old_tag))
