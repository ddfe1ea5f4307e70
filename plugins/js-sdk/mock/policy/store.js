// `witgate:policy/store` of the mock. Never forgets within a run: time does not pass.

import { decoded, encoded } from "../../bytes.js";
import { state } from "../state.js";

const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 65536;
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

export default {
  get: (key) => (isKey(key) ? (state().store[key] ?? null) : null),
  set(key, value, seconds) {
    checkKey(key);
    if (value.length > MAX_VALUE_BYTES) throw "value-too-large";
    // What lives no second is gone already.
    if (seconds === 0) delete state().store[key];
    else state().store[key] = value;
  },
  delete: (key) => void delete state().store[key],
  increment(key, by, seconds) {
    checkKey(key);
    if (seconds === 0 && state().store[key] === undefined) return BigInt(by);
    const before = decoded(state().store[key] ?? encoded("0"));
    if (!/^[+-]?[0-9]+$/.test(before ?? "")) throw "not-a-number";
    const sum = BigInt(before) + BigInt(by);
    if (sum < LEAST || sum > MOST) throw "overflow";
    state().store[key] = encoded(String(sum));
    return sum;
  },
};

function isKey(key) {
  const { length } = encoded(key);
  return length > 0 && length <= MAX_KEY_BYTES;
}

function checkKey(key) {
  if (!isKey(key)) throw "key";
}
