// What a policy in JavaScript imports, in one place, by the names of the Rust SDK. Never more than the four worlds have
// in common: `jwt.js` is for authenticators, `store.js` and `outbound.js` are for worlds that import them.

export * as claims from "./claims.js";
export * as clock from "./clock.js";
export * as log from "./log.js";
export * as request from "./request.js";
export { Action, Decision, HeaderOp, Outcome, Refusal, Selection } from "./answers.js";
export { count, described, flag, listOf, oneOf, optional, refuse, required, text } from "./config.js";
export { definePlugin } from "./plugin.js";
export { role } from "./role.js";
