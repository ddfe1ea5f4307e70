// Lets the gateway verify the token, demands one claim of it, and leaves that claim as an attribute.
// Never sees a key, and never tells the caller what is wrong with a token: the gateway's log and metrics do.

import * as jwt from "./witgate/jwt.js";
import { Outcome, Refusal, claims, definePlugin, required, role, text } from "./witgate/witgate.js";

const plugin = definePlugin({
  name: "{{name}}",
  version: "0.1.0",
  description: "{{about}}",
  // Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
  config: { claim: required(text) },
  codes: ["token_missing", "token_invalid", "keys_unavailable"],
});

export const { lifecycle } = plugin;

export const authenticator = role({
  authenticate() {
    const { claim } = plugin.config;
    try {
      verify(claim);
    } catch (failure) {
      return refusal(failure);
    }
    const value = claims.get(claim);
    // a list or an object has no one spelling
    return Outcome.authenticated(typeof value === "string" ? { [claim]: value } : {});
  },
});

function verify(claim) {
  jwt.peek();
  // the profile of gateway.toml whose issuer the token names
  const profile = jwt.profile();
  if (profile === undefined) throw new jwt.Failure("unknown-issuer");
  jwt.verify(profile, { requiredClaims: [claim] });
}

function refusal(failure) {
  if (!(failure instanceof jwt.Failure)) throw failure;
  switch (failure.reason) {
    case "missing":
      return Refusal.unauthorized("token_missing", "This resource needs an access token.");
    case "keys-unavailable":
      return Refusal.unavailable("keys_unavailable", "Tokens cannot be verified now.");
    default:
      return Refusal.unauthorized("token_invalid", "The access token is not valid here.");
  }
}
