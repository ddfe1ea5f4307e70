// The words of a decision, and what becomes of an exception. Never turns an exception into a decision: it costs the
// request a 500, as a panic does.

import { log } from "./host.js";

/** An authorizer's yes. */
export const allow = { tag: "allow" };

/** An authorizer leaves it to the next one. */
export const abstain = { tag: "abstain" };

/** An authorizer's no. */
export const deny = (status, code, message) => ({ tag: "deny", val: refusal(status, code, message) });

/** A status from 400 to 599, a code of [a-z0-9_]{1,64} for machines, and a message that the caller may read. */
export const refusal = (status, code, message) => ({ status, code, message });

/** The exported functions of a role; the operator's log gets the kind and the place of what they throw. */
export function role(functions) {
  return Object.fromEntries(Object.entries(functions).map(([name, run]) => [name, told(run)]));
}

function told(run) {
  return (...given) => {
    try {
      return run(...given);
    } catch (error) {
      // not the message: it may hold a claim
      log("error", "the policy threw", { kind: error?.name ?? typeof error, place: place(error) });
      throw error;
    }
  };
}

function place(error) {
  return String(error?.stack ?? "").split("\n")[0].trim();
}
