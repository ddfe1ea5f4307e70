"""An authorizer: which departments may use which methods. Never lets in a department that is not listed."""

from wit_world import exports
from wit_world.exports.lifecycle import Metadata
from wit_world.imports.log import Level

from witgate import claim, log, one_of, optional, required, role, settings, text
from witgate.authorizer import ABSTAIN, ALLOW, Decision, RequestHead, deny
from witgate.config import refuse

EVERY_METHOD = "*"

config: dict = {}


class Lifecycle(exports.Lifecycle):
    def describe(self) -> Metadata:
        return Metadata("py-departments", "0.1.0", "Lets departments use the methods they are listed with", None)

    def configure(self, config_json: str) -> None:
        global config
        keys = {
            "claim": optional(text, "department"),
            "otherwise": optional(one_of("deny", "abstain"), "deny"),
            "departments": required(departments),
        }
        config = settings(config_json, keys)


class Authorizer(exports.Authorizer):
    @role
    def authorize(self, head: RequestHead) -> Decision:
        own = departments_of_caller()
        if not own:
            return nobody("department_missing", "Your token names no department.")
        listed = [config["departments"][name] for name in own if name in config["departments"]]
        if not listed:
            return nobody("department_not_listed", "Your department has no access.")
        if any(head.method in methods or EVERY_METHOD in methods for methods in listed):
            return ALLOW
        log(Level.INFO, "denied", code="department_method")
        return deny(403, "department_method", "Your department may not do this.")


def departments_of_caller() -> list[str]:
    """The claim is one name or a list of names; of another shape it names nobody."""
    value = claim(config["claim"])
    names = [value] if isinstance(value, str) else value
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def nobody(code: str, message: str) -> Decision:
    """Who is in no listed department may be somebody to the next authorizer."""
    return ABSTAIN if config["otherwise"] == "abstain" else deny(403, code, message)


def departments(value: object, key: str) -> dict[str, frozenset[str]]:
    """A table of departments, each with its methods in upper case, or "*"."""
    if not isinstance(value, dict) or not value:
        refuse(key, 'must name departments, such as departments = { audit = ["GET"] }')
    return {name: methods(listed, f"{key}.{name}") for name, listed in value.items()}


def methods(value: object, key: str) -> frozenset[str]:
    """Methods are in upper case in a request: others would never be met."""
    good = isinstance(value, list) and value and all(isinstance(one, str) and is_method(one) for one in value)
    return frozenset(value) if good else refuse(key, 'must list methods in upper case, or "*"')


def is_method(word: str) -> bool:
    return word == EVERY_METHOD or (word.isascii() and word.isalpha() and word.isupper())
