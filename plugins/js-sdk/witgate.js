// What a policy in JavaScript imports, in one place. Never more than the four worlds have in common: an authenticator
// imports "witgate:policy/jwt@0.1.0" by itself.

export { attribute, authority, claim, hasScope, header, headers, log, peerAddress, queryParam } from "./host.js";
export { abstain, allow, deny, refusal, role } from "./answer.js";
export { optional, oneOf, required, settings, text } from "./config.js";
