// Lets the gateway verify the token, demands one claim of it, and leaves that claim as an attribute.
// Never sees a key, and never tells the caller what is wrong with a token: the gateway's log and metrics do.

import jwt from "witgate:policy/jwt@0.1.0";
import { claim, refusal, required, role, settings, text } from "./witgate/witgate.js";

let config;

export const lifecycle = {
  describe: () => ({ name: "{{name}}", version: "0.1.0", description: "{{about}}", configSchema: null }),

  // Once for each instance. What is thrown here refuses the load: the gateway keeps what it had.
  configure(json) {
    config = settings(json, { claim: required(text) });
  },
};

export const authenticator = role({
  authenticate() {
    try {
      verify();
    } catch (failure) {
      return { tag: "refused", val: refused(failure) };
    }
    const value = claim(config.claim);
    return { tag: "authenticated", val: typeof value === "string" ? [[config.claim, value]] : [] };
  },
});

function verify() {
  jwt.peek();
  // the profile of gateway.toml whose issuer the token names
  const profile = jwt.profile();
  if (profile == null) throw "unknown-issuer";
  jwt.verify(profile, { algorithms: [], audiences: [], requiredClaims: [config.claim], maxAgeSeconds: undefined });
}

function refused(failure) {
  switch (failure?.payload ?? failure) {
    case "missing":
      return refusal(401, "token_missing", "This resource needs an access token.");
    case "keys-unavailable":
      return refusal(503, "keys_unavailable", "Tokens cannot be verified now.");
    default:
      return refusal(401, "token_invalid", "The access token is not valid here.");
  }
}
