// The gateway as JavaScript sees it: what is absent, and what is no text, is `undefined`.
// Never hands over a value that was changed on the way: an integer that a number cannot hold exactly is an error.

import claims from "witgate:policy/claims@0.1.0";
import gateway from "witgate:policy/log@0.1.0";
import request from "witgate:policy/request@0.1.0";

/** The first value of a header, its name in any case. */
export const header = (name) => decoded(request.header(name));

/** Every value of a header, in the order received; `undefined` stands for one that is no UTF-8. */
export const headers = (name) => request.headerValues(name).map(decoded);

/** The first value of a query parameter, percent-decoded. */
export const queryParam = (name) => request.queryParam(name) ?? undefined;

/** The host and port that the client asked for. */
export const authority = () => request.authority();

/** The IP address of the peer, without a port. */
export const peerAddress = () => request.peerAddress();

/** A fact that an earlier policy left ("tenant"), or a path parameter of the route ("path.id"). */
export const attribute = (name) => request.attribute(name) ?? undefined;

/**
 * A verified claim by top-level name, or by RFC 6901 pointer when it starts with "/". A null claim is absent.
 * Numbers inside of an object or a mixed list are as exact as `JSON.parse` is: ask for them by pointer.
 */
export function claim(name) {
  const value = claims.get(name);
  if (value === null || value === undefined) return undefined;
  switch (value.tag) {
    case "integer":
      return exact(name, value.val);
    case "json":
      return JSON.parse(value.val) ?? undefined;
    default:
      return value.val;
  }
}

/** Whether `scope` or `scp` has this scope. */
export const hasScope = (scope) => claims.hasScope(scope);

/** One event of the operator's log; `level` is "debug", "info", "warn" or "error". Never log a token. */
export const log = (level, message, fields = {}) =>
  gateway.log(level, message, Object.entries(fields).map(([name, value]) => [name, String(value)]));

// Two ids past 2^53 would become one number, and one tenant would pass as another.
function exact(name, integer) {
  const number = Number(integer);
  if (!Number.isSafeInteger(number)) throw new RangeError(`the claim ${name} is too large for a number`);
  return number;
}

// QuickJS has no TextDecoder. decodeURIComponent refuses what is no UTF-8.
function decoded(bytes) {
  if (bytes === null || bytes === undefined) return undefined;
  try {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    return undefined;
  }
}
