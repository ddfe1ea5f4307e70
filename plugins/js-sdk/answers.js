// What a role answers, by the names of the Rust SDK. Never checks what it builds: the gateway does.

import { encoded } from "./bytes.js";

/** A status from 400 to 599, a code of [a-z0-9_]{1,64} for machines, and a message that the caller may read. */
export class Refusal {
  constructor(status, code, message) {
    this.status = status;
    this.code = code;
    this.message = message;
  }

  /** 400: the request itself is wrong. */
  static badRequest = (code, message) => new Refusal(400, code, message);

  /** 401: who are you? The gateway adds the challenge. */
  static unauthorized = (code, message) => new Refusal(401, code, message);

  /** 403: known, and not allowed. */
  static forbidden = (code, message) => new Refusal(403, code, message);

  /** 404: for callers who may not even know that it is there. */
  static notFound = (code, message) => new Refusal(404, code, message);

  /** 429: allowed, and too often. */
  static tooManyRequests = (code, message) => new Refusal(429, code, message);

  /** 503: nobody's fault on the caller's side. */
  static unavailable = (code, message) => new Refusal(503, code, message);
}

const refused = (status, code, message) => ({ tag: "refused", val: new Refusal(status, code, message) });

/** An authorizer's answer: `abstain` leaves it to the next one. */
export const Decision = {
  allow: { tag: "allow" },
  abstain: { tag: "abstain" },
  deny: (status, code, message) => ({ tag: "deny", val: new Refusal(status, code, message) }),
};

/**
 * An authenticator's answer. `authenticated` only after `jwt.verify` succeeded; its pairs become attributes, as those
 * of `Selection.to` do. `anonymous` counts on a public route only.
 */
export const Outcome = {
  authenticated: (attributes = {}) => ({ tag: "authenticated", val: pairs(attributes) }),
  anonymous: { tag: "anonymous" },
  refused,
};

/**
 * A router's answer: an upstream that the route lists, where wanted with another path and attributes; or its own.
 * An attribute is a text, a number or a boolean; one that is `undefined` or `null` is left out.
 * @throws {TypeError} for an attribute that is a list or an object
 */
export const Selection = {
  to: (upstream, { path, attributes = {} } = {}) => ({
    tag: "to",
    val: { upstream, path: path ?? null, attributes: pairs(attributes) },
  }),
  default: { tag: "default" },
  refused,
};

/** A filter's answer to a request: the request goes on with these changes, in order. */
export const Action = { forward: (ops = []) => ({ tag: "forward", val: ops }), refused };

/** One change of a header; a value is a text or bytes. */
export const HeaderOp = {
  set: (name, value) => ({ tag: "set", val: [name, encoded(value)] }),
  append: (name, value) => ({ tag: "append", val: [name, encoded(value)] }),
  remove: (name) => ({ tag: "remove", val: name }),
};

// `String` would make a tenant called "undefined" of a claim that is absent.
function pairs(attributes) {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null);
  return given.map(([name, value]) => {
    const isScalar = ["string", "boolean", "bigint"].includes(typeof value) || Number.isFinite(value);
    if (!isScalar) throw new TypeError(`the attribute ${name} must be a text, a number or a boolean`);
    return [name, String(value)];
  });
}
