"""Judges tokens with PyJWT. Reads and writes what judge.mjs does. Never looks at the time: each question brings it.

PyJWT has no argument for the clock. It asks `datetime.now` by a name in its module `jwt.api_jwt`, so that name is
replaced by a clock that says what the question says. A check at the start proves that PyJWT asks this clock.
"""

import json
import sys
from datetime import datetime, timezone

import jwt
from jwt import api_jwt

REQUIRED = ["iss", "aud", "sub", "exp"]


class Clock:
    """Stands for the class `datetime` inside PyJWT."""

    now_unix = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(cls.now_unix, tz or timezone.utc)


def prove_clock():
    """A token of 1970 is good at 1970 and expired a day later."""
    secret = "only for this proof, and long enough"
    token = jwt.encode({"exp": 600}, secret, algorithm="HS256")
    Clock.now_unix = 0
    jwt.decode(token, secret, algorithms=["HS256"])
    Clock.now_unix = 86_400
    try:
        jwt.decode(token, secret, algorithms=["HS256"])
    except jwt.ExpiredSignatureError:
        return
    raise SystemExit("PyJWT no longer asks `jwt.api_jwt.datetime` for the time")


def key_for(keys, header):
    """By `kid`; without one, the only key of the algorithm."""
    if "kid" in header:
        fitting = [key for key in keys if key.key_id == header["kid"]]
    else:
        fitting = [key for key in keys if key.algorithm_name == header.get("alg")]
    if len(fitting) != 1:
        raise jwt.InvalidKeyError("not exactly one key fits")
    return fitting[0]


def judge(setup, keys, question):
    Clock.now_unix = question["now_unix"]
    required = REQUIRED + ["iat"] if question["access_token"] else REQUIRED
    try:
        key = key_for(keys, jwt.get_unverified_header(question["token"]))
        jwt.decode(
            question["token"],
            key,
            algorithms=setup["algorithms"],
            issuer=setup["issuer"],
            audience=setup["audience"],
            leeway=setup["leeway_seconds"],
            options={"require": required},
        )
        return {"accept": True}
    except Exception as error:  # an oracle that trips over a token has refused it
        return {"accept": False, "reason": type(error).__name__}


def main():
    api_jwt.datetime = Clock
    prove_clock()
    setup = json.loads(sys.stdin.readline())
    keys = jwt.PyJWKSet.from_dict(setup["jwks"]).keys
    for line in sys.stdin:
        print(json.dumps(judge(setup, keys, json.loads(line))), flush=True)


main()
