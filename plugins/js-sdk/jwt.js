// The token of this request, for authenticators: no other world imports it. Never holds a key: the gateway verifies.

import gateway from "witgate:policy/jwt@0.2.0";

import { failing } from "./failing.js";

/** Why a token was not accepted: `reason` is a word of `jwt.failure` in wit/host.wit, such as "expired". */
export class Failure extends Error {
  name = "Failure";

  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * The unverified header `{ alg, kid, typ }`, for choosing a profile only.
 * @throws {Failure} "missing" without a token, "malformed" for one that cannot be read
 */
export function peek() {
  const { alg, kid, typ } = failing(Failure, () => gateway.peek());
  return { alg, kid: kid ?? undefined, typ: typ ?? undefined };
}

/** The unverified `iss`, for choosing a profile only. */
export const unverifiedIssuer = () => gateway.unverifiedIssuer() ?? undefined;

/** The configured profile whose issuer is exactly the unverified `iss`. */
export const profile = () => gateway.profile() ?? undefined;

/**
 * Verifies the token under a named profile; then the claims can be read, and `Outcome.authenticated` counts.
 * @throws {Failure} the first rule that the token broke
 */
export function verify(profile, { algorithms = [], audiences = [], requiredClaims = [], maxAgeSeconds = null } = {}) {
  failing(Failure, () => gateway.verify(profile, { algorithms, audiences, requiredClaims, maxAgeSeconds }));
}
