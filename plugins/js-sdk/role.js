// A role's functions as the gateway calls them. Never turns an exception into an answer: it costs the request a 500,
// as a panic does in Rust.

import { Refusal } from "./answers.js";
import * as log from "./log.js";

/** What each function may answer. */
const ANSWERS = {
  authorize: ["allow", "abstain", "deny"],
  authenticate: ["authenticated", "anonymous", "refused"],
  select: ["to", "default", "refused"],
  onRequest: ["forward", "refused"],
};

/**
 * The exported functions of a role: `authorize`, `authenticate`, `select`, or `onRequest` with or without
 * `onResponse`. A `Refusal` is an answer of each of them but `onResponse`, which answers with a list of operations.
 * The operator's log gets the kind and the place of what they throw.
 */
export function role(functions) {
  const all = "onRequest" in functions ? { onResponse: () => [], ...functions } : functions;
  return Object.fromEntries(Object.entries(all).map(([name, run]) => [name, told(name, run)]));
}

function told(name, run) {
  return (...given) => {
    try {
      return answer(name, run(...given));
    } catch (error) {
      // not the message: it may hold a claim
      log.error("the policy threw", { kind: error?.name ?? typeof error, place: place(error) });
      throw error;
    }
  };
}

function answer(name, given) {
  const answered = given instanceof Refusal ? { tag: name === "authorize" ? "deny" : "refused", val: given } : given;
  const wanted = ANSWERS[name];
  if (wanted === undefined ? Array.isArray(answered) : wanted.includes(answered?.tag)) return answered;
  log.error("the policy gave no answer", { function: name, wanted: wanted?.join(", ") ?? "a list of operations" });
  throw new TypeError(`${name} gave no answer`);
}

function place(error) {
  return String(error?.stack ?? "")
    .split("\n")[0]
    .trim();
}
