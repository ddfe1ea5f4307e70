// An authenticator in JavaScript: a token of a known issuer, with the tenant as an attribute. Never for production: it
// tells the caller what is wrong with a token.

import * as jwt from "../../../plugins/js-sdk/jwt.js";
import {
  Outcome,
  Refusal,
  claims,
  count,
  definePlugin,
  flag,
  optional,
  role,
} from "../../../plugins/js-sdk/witgate.js";

const plugin = definePlugin({
  name: "js-authenticator",
  version: "0.1.0",
  description: "Authenticates by token and passes the tenant on",
  config: { anonymous: optional(flag, false), "max-age-seconds": optional(count) },
  codes: ["token_missing", "token_expired", "token_invalid", "issuer_unknown"],
});

export const { lifecycle } = plugin;

export const authenticator = role({
  authenticate() {
    try {
      return verified();
    } catch (failure) {
      if (failure instanceof jwt.Failure) return refused(failure.reason);
      throw failure;
    }
  },
});

function verified() {
  const { alg } = jwt.peek();
  const profile = jwt.profile();
  if (profile === undefined)
    return Refusal.unauthorized("issuer_unknown", `Nobody here knows ${jwt.unverifiedIssuer()}.`);
  jwt.verify(profile, { requiredClaims: ["sub"], maxAgeSeconds: plugin.config["max-age-seconds"] });
  return Outcome.authenticated({ tenant: claims.get("tenant") ?? "none", alg });
}

function refused(reason) {
  if (reason !== "missing") {
    const code = reason === "expired" ? "token_expired" : "token_invalid";
    return Refusal.unauthorized(code, `The token is refused: ${reason}.`);
  }
  return plugin.config.anonymous ? Outcome.anonymous : Refusal.unauthorized("token_missing", "Bring a token.");
}
