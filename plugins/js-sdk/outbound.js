// HTTP to the hosts that the plugin's entry lists. Never follows a redirect, and never in `configure`: nothing may
// wait.

import gateway from "witgate:policy/outbound@0.2.0";

import { decoded, encoded } from "./bytes.js";
import { failing } from "./failing.js";

/** Why there is no answer: `reason` is a word of `outbound.error` in wit/grants.wit, such as "denied" or "timeout". */
export class OutboundError extends Error {
  name = "OutboundError";

  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Sends one request and takes the whole answer, whatever its status: `{ status, headers, body, text() }`.
 * @throws {OutboundError} the operator's log has the cause
 */
export function send({ method = "GET", url, headers = {}, body = "" }) {
  const pairs = Object.entries(headers).map(([name, value]) => [name, encoded(value)]);
  const answer = failing(OutboundError, () => gateway.send({ method, url, headers: pairs, body: encoded(body) }));
  return { ...answer, header: (name) => first(answer.headers, name), text: () => decoded(answer.body) };
}

function first(headers, name) {
  const found = headers.find(([known]) => known.toLowerCase() === name.toLowerCase());
  return decoded(found?.[1]);
}
