// Values that outlive a call, where the plugin's entry grants a store. In memory only: never count on one to be there.

import gateway from "witgate:policy/store@0.2.0";

import { encoded } from "./bytes.js";
import { failing } from "./failing.js";

/** Why a store did not do it: `reason` is "key", "value-too-large", "not-a-number" or "overflow". */
export class StoreError extends Error {
  name = "StoreError";

  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The bytes under a key; `undefined` where it is absent or expired. A counted number is decimal text. */
export const get = (key) => gateway.get(key) ?? undefined;

/** Puts a text or bytes under a key, for at most so many seconds. */
export const set = (key, value, ttlSeconds = null) =>
  failing(StoreError, () => gateway.set(key, encoded(value), ttlSeconds));

/** Takes a key out: `store.delete(key)`. */
const remove = (key) => gateway.delete(key);
export { remove as delete };

/**
 * Adds to a number and gives the sum, in one step that no other worker can come between. An absent key counts as 0 and
 * then lives `ttlSeconds`; one that is there keeps its end.
 */
export const increment = (key, by = 1, ttlSeconds = null) =>
  Number(failing(StoreError, () => gateway.increment(key, by, ttlSeconds)));
