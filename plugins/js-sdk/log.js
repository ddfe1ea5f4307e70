// The operator's log: a fixed sentence, and what belongs to it by name. Never log a token or a secret.

import gateway from "witgate:policy/log@0.2.0";

/** For the policy's author: `log.debug("no such rule", { rule })`. */
export const debug = (message, fields) => event("debug", message, fields);

/** For the record. */
export const info = (message, fields) => event("info", message, fields);

/** What somebody should look at one day. */
export const warn = (message, fields) => event("warn", message, fields);

/** What somebody should look at now. */
export const error = (message, fields) => event("error", message, fields);

function event(level, message, fields = {}) {
  gateway.log(
    level,
    message,
    Object.entries(fields).map(([name, value]) => [name, String(value)]),
  );
}
