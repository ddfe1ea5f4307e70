"""The kit under `python3 -m unittest`, with the mock in the gateway's place. Never a component: tests/tests/languages
has those."""

import unittest

from witgate import Refusal, claims, jwt, log, mock, outbound, request, role, store
from witgate.authenticator import Outcome
from witgate.authorizer import Decision
from witgate.filter import Action, HeaderOp
from witgate.router import Selection

GET = mock.request("GET", "/orders/1")
ISSUER = "https://issuer.test"
ASKED = GET.issuer("main", ISSUER).token(
    {"alg": "ES256"}, {"iss": ISSUER, "sub": "alice", "iat": 100, "aud": ["a", "b"]}
)


class Request(unittest.TestCase):
    def test_what_is_absent_and_what_is_no_text_is_none(self) -> None:
        def look() -> None:
            self.assertEqual((request.method(), request.path(), request.route()), ("GET", "/orders/1", "test"))
            self.assertEqual(
                (request.header("x-NAME"), request.header("x-raw"), request.header("no")), ("größe", None, None)
            )
            self.assertEqual((request.header_values("x-raw"), request.header_values("no")), ([None], []))
            self.assertEqual((request.query_param("no"), request.attribute("no"), claims.get("no")), (None, None, None))

        GET.header("X-Name", "größe").header("x-raw", b"\xff").run(look)

    def test_a_claim_is_found_by_name_and_by_pointer_and_keeps_its_shape(self) -> None:
        def look() -> None:
            self.assertEqual(claims.get("/realm_access/roles"), ["staff"])
            self.assertEqual(claims.get("realm_access"), access)
            self.assertEqual((claims.get("/realm_access/mixed/1"), claims.get("/realm_access/mixed/01")), ("two", None))
            self.assertEqual(
                (claims.get("level"), claims.get("share"), claims.get("/realm_access/a~1b/~0")), (3, 0.5, None)
            )
            self.assertIs(claims.get("admin"), True)
            self.assertEqual([claims.has_scope(one) for one in ("read", "write", "")], [True, False, False])

        access = {"roles": ["staff"], "mixed": [1, "two"], "a/b": {"~": None}}
        given = {"realm_access": access, "level": 3, "share": 0.5, "admin": True, "scp": ["read"]}
        made = GET
        for name, value in given.items():
            made = made.claim(name, value)
        made.run(look)

    def test_an_integer_is_exact_or_an_error(self) -> None:
        for exact in (2**53 + 1, 2**63, 2**64 - 1):
            self.assertEqual(GET.claim("id", exact).run(lambda: claims.get("id")), exact)
            nested = [exact, {"at": exact}]
            self.assertEqual(GET.claim("id", nested).run(lambda: claims.get("id")), nested)
        for lost in (2**64, 2**64 + 1, -(2**63) - 1, float(2**64)):
            for claim in (lost, [lost], ["a", {"ids": [lost]}], {"team": {"id": lost}}):
                with self.assertRaises(OverflowError, msg=claim):
                    GET.claim("id", claim).run(lambda: claims.get("id"))
        held = {"ids": [-(2**63), 0.5, 1e16], "none": None, "text": "1e300"}
        self.assertEqual(GET.claim("held", held).run(lambda: claims.get("held")), held)

    def test_nothing_is_left_after_a_run_but_the_log(self) -> None:
        GET.claim("sub", "alice").run(lambda: log.info("seen", n=1))
        self.assertIsNone(claims.get("sub"))
        self.assertEqual([(one.level, one.message, one.fields) for one in mock.logs()], [("info", "seen", {"n": "1"})])


class Token(unittest.TestCase):
    def test_a_token_is_verified_before_its_claims_are_there(self) -> None:
        def look() -> None:
            self.assertEqual((jwt.peek().alg, jwt.unverified_issuer(), jwt.profile()), ("ES256", ISSUER, "main"))
            self.assertIsNone(claims.get("sub"))
            jwt.verify("main", audiences=["b"], required_claims=["/sub"], algorithms=["ES256"])
            self.assertEqual(claims.get("sub"), "alice")
            with self.assertRaises(jwt.Failure):
                jwt.verify("other")
            self.assertIsNone(claims.get("sub"), "a failure takes them away again")

        ASKED.run(look)

    def test_a_demand_that_fails_is_told_in_the_gateways_words(self) -> None:
        reasons = [
            (GET, {}, "missing"),
            (GET.unreadable_token("malformed"), {}, "malformed"),
            (ASKED, {"algorithms": ["RS256"]}, "algorithm"),
            (ASKED, {"audiences": ["c"]}, "audience"),
            (ASKED, {"required_claims": ["tenant"]}, "claim"),
            (ASKED.now(200), {"max_age_seconds": 60}, "expired"),
            (ASKED.token_fails("not-yet-valid"), {}, "not-yet-valid"),
            (ASKED.token_fails("signature"), {"audiences": ["c"]}, "signature"),
        ]
        for made, demands, reason in reasons:
            with self.assertRaises(jwt.Failure) as failed:
                made.issuer("main", ISSUER).run(lambda: jwt.verify("main", **demands))
            self.assertEqual(failed.exception.reason, reason)


class Answers(unittest.TestCase):
    def test_answers_are_those_of_the_rust_sdk(self) -> None:
        self.assertEqual(Decision.deny(403, "a", "b").value, Refusal.forbidden("a", "b"))
        self.assertEqual(Outcome.authenticated({"tenant": 7}).value, [("tenant", "7")])
        self.assertEqual(Selection.to("b", "/c").value.path, "/c")
        given = {"a": "x", "b": 0, "c": False, "d": True, "e": 0.5, "none": None, "empty": ""}
        pairs = [("a", "x"), ("b", "0"), ("c", "false"), ("d", "true"), ("e", "0.5"), ("empty", "")]
        self.assertEqual(Outcome.authenticated(given).value, pairs)
        self.assertEqual(Selection.to("b", attributes=given).value.attributes, pairs)
        for wrong in (["acme"], {}, ("acme",), float("nan"), b"acme"):
            for answer in (Outcome.authenticated, lambda attributes: Selection.to("b", attributes=attributes)):
                with self.assertRaisesRegex(TypeError, "the attribute tenant must be"):
                    answer({"tenant": wrong})
        self.assertEqual(Action.forward([HeaderOp.set("x-a", "é")]).value[0].value, ("x-a", b"\xc3\xa9"))
        names = ("bad_request", "unauthorized", "forbidden", "not_found", "too_many_requests", "unavailable")
        self.assertEqual([getattr(Refusal, name)("c", "m").status for name in names], [400, 401, 403, 404, 429, 503])

    def test_each_roles_refusal_is_its_own(self) -> None:
        for method, case in [
            ("authorize", "Decision_Deny"),
            ("authenticate", "Outcome_Refused"),
            ("select", "Selection_Refused"),
            ("on_request", "Action_Refused"),
        ]:

            def refuse_all() -> object:
                return Refusal.forbidden("no", "No.")

            refuse_all.__name__ = method
            self.assertEqual(type(GET.run(role(refuse_all))).__name__, case)

    def test_an_exception_is_logged_by_kind_and_place_never_by_message(self) -> None:
        @role
        def authorize() -> object:
            raise ValueError("secret")

        with self.assertRaises(ValueError):
            GET.run(authorize)
        event = mock.logs()[0]
        self.assertEqual(event.fields["kind"], "ValueError")
        self.assertIn("test_kit.py:", event.fields["place"])
        self.assertNotIn("secret", str(event))

    def test_an_answer_that_breaks_the_contract_fails_the_run(self) -> None:
        for answer in (Decision.deny(200, "fine", ""), Decision.deny(403, "Not Fine", ""), Outcome.authenticated()):
            with self.assertRaisesRegex(AssertionError, "breaks the contract"):
                ASKED.run(lambda: answer)
        ASKED.run(lambda: jwt.verify("main") or Outcome.authenticated())


class Granted(unittest.TestCase):
    def test_the_store_counts_in_one_step_and_says_what_it_will_not_do(self) -> None:
        def look() -> None:
            self.assertEqual((store.increment("old", 2), store.increment("new"), store.get("none")), (7, 1, None))
            for reason, call in [
                ("not-a-number", lambda: store.increment("word")),
                ("key", lambda: store.set("", "x")),
            ]:
                with self.assertRaises(store.StoreError) as failed:
                    call()
                self.assertEqual(failed.exception.reason, reason)
            self.assertEqual((store.increment("gone", 2, 0), store.get("gone")), (2, None))
            store.set("word", "x", 0)
            self.assertEqual((store.get("word"), store.get("")), (None, None))
            store.delete("old")
            self.assertIsNone(store.get("old"))

        GET.store_entry("old", "5").store_entry("word", "x").run(look)

    def test_outbound_http_comes_back_as_made_up_and_any_other_is_denied(self) -> None:
        def look() -> None:
            self.assertEqual(outbound.send("GET", "https://a/").body, b"gold")
            for url, reason in [("https://b/", "timeout"), ("https://c/", "denied")]:
                with self.assertRaises(outbound.OutboundError) as failed:
                    outbound.send("GET", url)
                self.assertEqual(failed.exception.reason, reason)

        GET.answer("https://a/", 200, "gold").answer("https://b/", fails="timeout").run(look)
        self.assertEqual(len(mock.sent()), 3)
