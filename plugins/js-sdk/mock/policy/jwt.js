// `witgate:policy/jwt` of the mock: a token is judged in the gateway's order. Never checks a signature, a date or a
// revocation: `tokenFails` says how those went.

import { pointed } from "../pointer.js";
import { state } from "../state.js";

const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];
const REFUSED_MEMBERS = ["crit", "b64", "jku", "x5u", "jwk", "x5c", "cty", "enc", "zip"];

export default {
  peek: () => header(token()),
  unverifiedIssuer: () => issuer() ?? null,
  profile: () => Object.entries(state().issuers).find(([, known]) => known === issuer())?.[0] ?? null,
  verify(profile, demands) {
    Object.assign(state(), { claims: {}, verified: false });
    const claims = judged(profile, demands);
    Object.assign(state(), { claims, verified: true });
  },
};

function token() {
  const { token: there, unreadable } = state();
  if (unreadable !== undefined) throw unreadable;
  if (there === undefined) throw "missing";
  return there;
}

function issuer() {
  const iss = state().token?.claims.iss;
  return typeof iss === "string" ? iss : undefined;
}

function header({ header: { alg, kid = null, typ = null, ...members } }) {
  const isText = (value) => value === null || typeof value === "string";
  check(!REFUSED_MEMBERS.some((name) => name in members), "malformed");
  check(typeof alg === "string" && isText(kid) && isText(typ) && kid !== "", "malformed");
  check(alg.trim().toLowerCase() !== "none", "algorithm");
  return { alg, kid, typ };
}

const algorithm = (name) => (name === "Ed25519" ? "EdDSA" : name);

// In the gateway's order: what is demanded at all, the credential, the profile, then the token itself.
function judged(profile, demands) {
  const demanded = demands.algorithms.map(algorithm);
  check(
    demanded.every((name) => ALGORITHMS.includes(name)),
    "algorithm",
  );
  const { claims, ...rest } = token();
  check(Object.hasOwn(state().issuers, profile), "other");
  const alg = algorithm(header(rest).alg);
  said("missing", "malformed", "unknown-issuer");
  check(ALGORITHMS.includes(alg) && (demanded.length === 0 || demanded.includes(alg)), "algorithm");
  said("algorithm");
  check(issuer() === state().issuers[profile], "unknown-key");
  said("unknown-key", "keys-unavailable", "signature", "issuer");
  audience(claims.aud, demands.audiences);
  said("audience", "claim", "expired", "not-yet-valid");
  age(claims.iat, demands.maxAgeSeconds);
  check(
    demands.requiredClaims.every((name) => (pointed(claims, name) ?? null) !== null),
    "claim",
  );
  check(state().verdict === undefined, state().verdict);
  return claims;
}

function audience(aud, wanted) {
  if (wanted.length === 0) return;
  const named = typeof aud === "string" ? [aud] : aud;
  check(Array.isArray(named) && named.every((one) => typeof one === "string"), "claim");
  check(
    wanted.some((name) => name !== "" && named.includes(name)),
    "audience",
  );
}

function age(issued, seconds) {
  if (seconds === null || seconds === undefined) return;
  check(Number.isSafeInteger(issued) && issued >= 0, "claim");
  check(state().now - issued <= seconds + state().leeway, "expired");
}

function said(...failures) {
  check(!failures.includes(state().verdict), state().verdict);
}

function check(holds, failure) {
  if (!holds) throw failure;
}
