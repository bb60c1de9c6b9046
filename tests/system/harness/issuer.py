# SPDX-License-Identifier: BSD-3-Clause
"""An issuer of our own: keys of every kind, and tokens by python3-jwt.

Nothing here shares code with the agent.
"""

import functools
import itertools
import json
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from . import tokens

CURVES = {"ES256": ("P-256", ec.SECP256R1(), 32),
          "ES384": ("P-384", ec.SECP384R1(), 48),
          "ES512": ("P-521", ec.SECP521R1(), 66)}
RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
ASYMMETRIC = (*CURVES, *RSA, "EdDSA")
SYMMETRIC = ("HS256", "HS384", "HS512")

numbers = itertools.count(1)


@functools.lru_cache(maxsize=None)
def rsa_key(number, size):
    """The slow ones are made once and dealt out by number."""
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def number_text(number, length=None):
    length = length or (number.bit_length() + 7) // 8
    return tokens.encode(number.to_bytes(length, "big"))


class Key:
    """A private key for one algorithm; its JWK has this `kid`, or none.

    RSA keys are shared by all that ask for the same `number`.
    """

    def __init__(self, algorithm, kid=None, number=0, size=2048):
        self.algorithm = algorithm
        self.kid = kid
        if algorithm in CURVES:
            self.private = ec.generate_private_key(CURVES[algorithm][1])
        elif algorithm in RSA:
            self.private = rsa_key(number, size)
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()

    def jwk(self, **members):
        """The public key; `members` replace and, when None, remove."""
        jwk = {"use": "sig", "alg": self.algorithm, **public_numbers(self)}
        if self.kid is not None:
            jwk["kid"] = self.kid
        jwk.update(members)
        return {name: value for name, value in jwk.items()
                if value is not None}

    def pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, claims, **header):
        """A token; a header member that is None is left out."""
        header = {"kid": self.kid, **header}
        return jwt.encode(claims, self.private, algorithm=self.algorithm,
                          headers={name: value for name, value
                                   in header.items() if value is not None})


def public_numbers(key):
    public = key.private.public_key()
    if key.algorithm in RSA:
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": number_text(numbers.n),
                "e": number_text(numbers.e)}
    if key.algorithm in CURVES:
        curve, _, length = CURVES[key.algorithm]
        numbers = public.public_numbers()
        return {"kty": "EC", "crv": curve,
                "x": number_text(numbers.x, length),
                "y": number_text(numbers.y, length)}
    raw = public.public_bytes(serialization.Encoding.Raw,
                              serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": tokens.encode(raw)}


def private_jwk(key):
    """The whole key, for a provider that is to sign with it."""
    jwk = key.jwk()
    if key.algorithm in RSA:
        numbers = key.private.private_numbers()
        parts = {"d": numbers.d, "p": numbers.p, "q": numbers.q,
                 "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
        jwk.update({name: number_text(value)
                    for name, value in parts.items()})
    elif key.algorithm in CURVES:
        value = key.private.private_numbers().private_value
        jwk["d"] = number_text(value, CURVES[key.algorithm][2])
    else:
        raw = key.private.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
            serialization.NoEncryption())
        jwk["d"] = tokens.encode(raw)
    return jwk


def jwks(*keys):
    return json.dumps({"keys": [key.jwk() for key in keys]})


class Issuer:
    """Signs for `name`, by its first key unless another one is named."""

    def __init__(self, name, *keys, audience="login.test"):
        self.name = name
        self.keys = list(keys) or [Key("ES256", "first")]
        self.audience = audience

    def claims(self, user="alice", age=0, **claims):
        """What a plain token says; None as a value leaves a claim out."""
        now = int(time.time()) - age
        made = {"iss": self.name, "sub": user, "aud": self.audience,
                "iat": now, "exp": now + 600,
                "jti": f"{self.name}-{next(numbers)}"}
        made.update(claims)
        return {name: value for name, value in made.items()
                if value is not None}

    def token(self, user="alice", key=None, header=None, age=0, **claims):
        return (key or self.keys[0]).sign(
            self.claims(user, age, **claims), **(header or {}))

    def jwks(self):
        return jwks(*self.keys)
