// `witgate:policy/store` of the mock. Never forgets within a run: time does not pass.

import { decoded, encoded } from "../../bytes.js";
import { state } from "../state.js";

const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 65536;
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

export default {
  get: (key) => state().store[key] ?? null,
  set(key, value) {
    checkKey(key);
    if (value.length > MAX_VALUE_BYTES) throw "value-too-large";
    state().store[key] = value;
  },
  delete: (key) => void delete state().store[key],
  increment(key, by) {
    checkKey(key);
    const before = decoded(state().store[key] ?? encoded("0"));
    if (!/^[+-]?[0-9]+$/.test(before ?? "")) throw "not-a-number";
    const sum = BigInt(before) + BigInt(by);
    if (sum < LEAST || sum > MOST) throw "overflow";
    state().store[key] = encoded(String(sum));
    return sum;
  },
};

function checkKey(key) {
  const { length } = encoded(key);
  if (length === 0 || length > MAX_KEY_BYTES) throw "key";
}
