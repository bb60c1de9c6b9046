#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The other side of interop_test: python3-jwt makes and reads tokens.

Reads one JSON object from standard input:
  keys    [{"alg", "kid", "iss", "key"}]  private keys in PEM, or secrets
  claims  object                          what goes into the tokens
  tokens  [{"token", "jwk"}]              tokens to be verified with that JWK
Writes {"tokens": [{"name", "token", "good"}], "verified": [claims or null]}.
"""

import json
import sys

import jwt
from jwt.algorithms import (ECAlgorithm, HMACAlgorithm, OKPAlgorithm,
                            RSAAlgorithm)

READERS = {"EC": ECAlgorithm, "RSA": RSAAlgorithm, "OKP": OKPAlgorithm,
           "oct": HMACAlgorithm}


def make(keys, claims):
    now = claims["iat"]
    changes = [
        ("plain", {}, {}, True),
        ("typ", {}, {"typ": "at+jwt"}, True),
        ("no kid", {}, {"kid": None}, True),
        ("audience list", {"aud": ["web", claims["aud"]]}, {}, True),
        ("not ASCII", {"name": "Zo\u00eb \U0001f511 \"\\"}, {}, True),
        ("nested", {"realm": {"roles": ["a", {"b": [None, 1.5]}]}}, {}, True),
        ("real exp", {"exp": now + 300.5}, {}, True),
        ("expired", {"exp": now - 61}, {}, False),
        ("future", {"nbf": now + 60}, {}, False),
        ("other audience", {"aud": "web"}, {}, False),
        ("other issuer", {"iss": "https://evil.example"}, {}, False),
        ("crit", {}, {"crit": ["exp"]}, False),
        ("other kid", {}, {"kid": "other"}, False),
    ]
    for key in keys:
        for name, more, header, good in changes:
            headers = {"kid": key["kid"], **header}
            if headers["kid"] is None:
                del headers["kid"]
            token = jwt.encode({**claims, "iss": key["iss"], **more},
                               key["key"], algorithm=key["alg"],
                               headers=headers)
            yield {"name": f"{key['alg']} {name}", "token": token,
                   "good": good}
    yield {"name": "none", "good": False,
           "token": jwt.encode(claims, None, algorithm="none")}
    yield {"name": "HS256", "good": False,
           "token": jwt.encode(claims, "secret", algorithm="HS256")}


def read(entry, audience):
    jwk = entry["jwk"]
    key = READERS[jwk["kty"]].from_jwk(json.dumps(jwk))
    try:
        return jwt.decode(entry["token"], key, algorithms=[jwk["alg"]],
                          audience=audience,
                          options={"verify_exp": False, "verify_iat": False})
    except jwt.PyJWTError as error:
        print(error, file=sys.stderr)
        return None


def main():
    question = json.load(sys.stdin)
    claims = question["claims"]
    json.dump({
        "tokens": list(make(question["keys"], claims)),
        "verified": [read(t, claims["aud"]) for t in question["tokens"]],
    }, sys.stdout)


main()
