// Tells the upstream a claim in a header, and takes headers off the answer.
// Never lets the client's own header through: where the claim is not there it is removed.

import { claim, optional, required, role, settings, text } from "./witgate/witgate.js";

// What can stand in a header: everything but control characters.
const HEADER_VALUE = /^[^\u0000-\u001f\u007f]*$/;

let config;

export const lifecycle = {
  describe: () => ({ name: "{{name}}", version: "0.1.0", description: "{{about}}", configSchema: null }),

  // Once for each instance. What is thrown here refuses the load: the gateway keeps what it had.
  configure(json) {
    config = settings(json, { header: required(text), claim: required(text), remove: optional(names, []) });
  },
};

export const filter = role({
  onRequest() {
    const value = claim(config.claim);
    const stands = typeof value === "string" && HEADER_VALUE.test(value);
    return { tag: "forward", val: [stands ? set(config.header, value) : remove(config.header)] };
  },

  onResponse: () => config.remove.map(remove),
});

const set = (name, value) => ({ tag: "set", val: [name, bytes(value)] });

const remove = (name) => ({ tag: "remove", val: name });

// The bytes of a text in UTF-8: there is no TextEncoder here.
function bytes(text) {
  return Uint8Array.from(unescape(encodeURIComponent(text)), (letter) => letter.charCodeAt(0));
}

// A list of header names.
function names(value, key) {
  if (Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "")) return value;
  throw new Error(`${key}: must list names of headers, such as ["server"]`);
}
