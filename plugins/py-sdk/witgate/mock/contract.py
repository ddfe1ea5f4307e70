"""What the gateway accepts of an answer, for a test. Never all of it: names and values of headers are checked on the
real component, by `witgate plugin test`. Never judges what is no role's answer: a test may return anything."""

import re
from typing import Any

MAX_MESSAGE_BYTES = 1024


def check(answer: Any, verified: bool) -> None:
    """Fails with what the gateway would answer 500 to; `verified` says whether `jwt.verify` succeeded."""
    case = type(answer).__name__
    if case == "Outcome_Authenticated" and not verified:
        _breach("`authenticated` without a verified token")
    if case.endswith(("_Deny", "_Refused")):
        _check_refusal(answer.value)


def _check_refusal(refusal: Any) -> None:
    if not 400 <= refusal.status <= 599:
        _breach(f"a refusal with status {refusal.status}; 400 to 599 are allowed")
    if not re.fullmatch(r"[a-z0-9_]{1,64}", refusal.code):
        _breach(f"`{refusal.code}` must be 1 to 64 of a-z, 0-9 and _")
    if len(refusal.message.encode()) > MAX_MESSAGE_BYTES:
        _breach(f"a message of more than {MAX_MESSAGE_BYTES} bytes")


def _breach(how: str) -> None:
    raise AssertionError(f"the answer breaks the contract: {how}")
