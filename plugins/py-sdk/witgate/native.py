"""What componentize-py makes of wit/, for a test without a component: `wit_world` and `componentize_py_types`. Never
beside the real ones: they exist in a component only."""

import enum
import sys
from dataclasses import dataclass, make_dataclass
from types import ModuleType


def install() -> None:
    """Makes `wit_world` importable. It answers from the request of `witgate.mock`."""
    _module("componentize_py_types", Err=Err)
    _module("wit_world", exports=_exports(), imports=_imports())
    from witgate.mock import interfaces, state, token

    _answered(
        "request",
        method=lambda: state.current.method,
        path=lambda: state.current.path,
        route=lambda: state.current.route,
        header=interfaces.header,
        header_values=interfaces.header_values,
        query_param=interfaces.query_param,
        authority=lambda: state.current.authority,
        peer_address=lambda: state.current.peer,
        attribute=lambda name: state.current.attributes.get(name),
    )
    _answered("claims", get=interfaces.claim, has_scope=interfaces.has_scope)
    _answered("log", log=interfaces.log)
    _answered(
        "jwt", peek=token.peek, unverified_issuer=token.unverified_issuer, profile=token.profile, verify=token.verify
    )
    _answered(
        "store",
        get=interfaces.store_get,
        set=interfaces.store_set,
        delete=interfaces.store_delete,
        increment=interfaces.store_increment,
    )
    _answered("outbound", send=interfaces.send)


@dataclass
class Err(Exception):
    """The error of a WIT `result`."""

    value: object


def _imports() -> ModuleType:
    texts = ("Text", "Integer", "Number", "Boolean", "Texts", "Json")
    parts = {
        "types": _record("Refusal", "status", "code", "message"),
        "request": {},
        "claims": _variant("ClaimValue", texts),
        "jwt": {
            **_record("Header", "alg", "kid", "typ"),
            **_record("Demands", "algorithms", "audiences", "required_claims", "max_age_seconds"),
            **_enum(
                "Failure",
                "missing malformed unknown-issuer unknown-key algorithm signature expired not-yet-valid issuer "
                "audience claim revoked keys-unavailable other",
            ),
        },
        "log": _enum("Level", "debug info warn error"),
        "store": _enum("Error", "key value-too-large not-a-number overflow"),
        "outbound": {
            **_record("Request", "method", "url", "headers", "body"),
            **_record("Response", "status", "headers", "body"),
            **_enum("Error", "invalid denied too-large timeout unreachable busy broken"),
        },
    }
    return _package("wit_world.imports", parts)


def _exports() -> ModuleType:
    parts = {
        "lifecycle": _record("Metadata", "name", "version", "description", "config_schema"),
        "authorizer": _variant("Decision", ("Deny",), ("Allow", "Abstain")),
        "authenticator": _variant("Outcome", ("Authenticated", "Refused"), ("Anonymous",)),
        "router": {
            **_record("Target", "upstream", "path", "attributes"),
            **_variant("Selection", ("To", "Refused"), ("Default",)),
        },
        "filter": {**_variant("Action", ("Forward", "Refused")), **_variant("HeaderOp", ("Set", "Append", "Remove"))},
    }
    package = _package("wit_world.exports", parts)
    # a policy may derive from these; what they ask for, nobody checks
    for role in ("Lifecycle", "Authorizer", "Authenticator", "Router", "Filter"):
        setattr(package, role, type(role, (), {}))
    return package


def _package(name: str, parts: dict[str, dict[str, object]]) -> ModuleType:
    modules = {part: _module(f"{name}.{part}", **members) for part, members in parts.items()}
    return _module(name, **modules)


def _module(name: str, **members: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module
    return module


def _answered(interface: str, **functions: object) -> None:
    vars(sys.modules[f"wit_world.imports.{interface}"]).update(functions)


def _record(name: str, *fields: str) -> dict[str, type]:
    return {name: make_dataclass(name, fields)}


def _variant(name: str, with_value: tuple[str, ...], without: tuple[str, ...] = ()) -> dict[str, type]:
    cases = {f"{name}_{case}": make_dataclass(f"{name}_{case}", ["value"]) for case in with_value}
    return cases | {f"{name}_{case}": make_dataclass(f"{name}_{case}", []) for case in without}


def _enum(name: str, words: str) -> dict[str, type]:
    return {name: enum.Enum(name, [word.upper().replace("-", "_") for word in words.split()])}
