// The verified claims of this request; none until an authenticator accepted a token. Never hands over a value that was
// changed on the way: an integer that a number cannot hold exactly is an error.

import gateway from "witgate:policy/claims@0.2.0";

/**
 * A claim by top-level name, or by RFC 6901 pointer when it starts with "/". A null claim is absent: `undefined`.
 * @throws {RangeError} for an integer past 2^53, also inside of a list or an object: ask for the part that you need
 */
export function get(name) {
  const value = gateway.get(name);
  if (value === null || value === undefined) return undefined;
  switch (value.tag) {
    case "integer":
      return exact(name, value.val);
    case "json":
      return parsed(name, value.val);
    default:
      return value.val;
  }
}

/** Whether `scope` or `scp` has this scope. */
export const hasScope = (scope) => gateway.hasScope(scope);

// At every depth: `includes` compares what `JSON.parse` has rounded. A number outside the range of an s64 is JSON, too.
const parsed = (name, json) =>
  JSON.parse(json, (_, value) => (Number.isInteger(value) ? exact(name, value) : value)) ?? undefined;

// Two ids past 2^53 would become one number, and one tenant would pass as another.
function exact(name, integer) {
  const number = Number(integer);
  if (!Number.isSafeInteger(number)) throw new RangeError(`the claim ${name} has an integer too large for a number`);
  return number;
}
