// `witgate:policy/claims` of the mock, in the gateway's shapes. Never a claim before a token was verified.

import { pointed } from "../pointer.js";
import { state } from "../state.js";

// The range of an s64.
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

export default {
  get(name) {
    const value = pointed(state().claims, name);
    return value === undefined ? null : shape(value);
  },
  hasScope(scope) {
    const { scope: text, scp } = state().claims;
    const held = [text, scp].flatMap((one) => (typeof one === "string" ? one.split(" ") : []));
    return scope !== "" && (held.includes(scope) || (Array.isArray(scp) && scp.includes(scope)));
  },
};

function shape(value) {
  if (typeof value === "string") return { tag: "text", val: value };
  if (typeof value === "boolean") return { tag: "boolean", val: value };
  const isInteger = Number.isInteger(value) || typeof value === "bigint";
  if (isInteger) return value >= LEAST && value <= MOST ? { tag: "integer", val: value } : { tag: "json", val: String(value) };
  if (typeof value === "number") return { tag: "number", val: value };
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === "string");
  return isTexts ? { tag: "texts", val: value } : { tag: "json", val: json(value) };
}

// `JSON.stringify` knows no BigInt, which a test needs for an integer that a number cannot hold.
function json(value) {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => json(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${json(member)}`).join(",")}}`;
}
