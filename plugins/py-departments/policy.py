"""An authorizer: which departments may use which methods. Never lets in a department that is not listed."""

from witgate import Plugin, Refusal, claims, described, log, one_of, optional, refuse, request, required, role, text
from witgate.authorizer import Decision

EVERY_METHOD = "*"


class Authorizer:
    @role
    def authorize(self) -> Decision | Refusal:
        own = departments_of_caller()
        if not own:
            return nobody("department_missing", "Your token names no department.")
        departments = plugin.config["departments"]
        listed = [departments[name] for name in own if name in departments]
        if not listed:
            return nobody("department_not_listed", "Your department has no access.")
        methods = {method for methods in listed for method in methods}
        if EVERY_METHOD in methods or request.method() in methods:
            return Decision.allow
        log.info("denied", code="department_method")
        return Refusal.forbidden("department_method", "Your department may not do this.")


def departments_of_caller() -> list[str]:
    """The claim is one name or a list of names; of another shape it names nobody."""
    value = claims.get(plugin.config["claim"])
    names = [value] if isinstance(value, str) else value
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def nobody(code: str, message: str) -> Decision | Refusal:
    """Who is in no listed department may be somebody to the next authorizer."""
    return Decision.abstain if plugin.config["otherwise"] == "abstain" else Refusal.forbidden(code, message)


@described(
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": r"^([A-Z]+|\*)$"},
        },
    }
)
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


plugin = Plugin(
    "py-departments",
    "0.1.0",
    "Lets departments use the methods they are listed with",
    {
        "claim": optional(text, "department"),
        "otherwise": optional(one_of("deny", "abstain"), "deny"),
        "departments": required(departments),
    },
    codes=["department_missing", "department_not_listed", "department_method"],
)

Lifecycle = plugin.lifecycle
