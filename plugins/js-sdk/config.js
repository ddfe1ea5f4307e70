// Reading a policy's `config` strictly. Never takes a key that nobody knows, and never guesses at a shape: each fault
// begins with the key that is wrong.

/**
 * The settings in a config: `keys` names each key with its reader.
 * @throws {Error} the first fault; the gateway shows it and refuses the load
 */
export function settings(json, keys) {
  const given = JSON.parse(json);
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(keys, key));
  if (unknown !== undefined) refuse(unknown, `is no key of this policy; it knows ${Object.keys(keys).join(", ")}`);
  const read = ([key, reader]) => [key, reader(Object.hasOwn(given, key) ? given[key] : undefined, key)];
  return Object.fromEntries(Object.entries(keys).map(read));
}

/** A key that must be there. */
export const required = (check) => (value, key) => value === undefined ? refuse(key, "is missing") : check(value, key);

/** A key that may be left out. */
export const optional = (check, otherwise) => (value, key) => value === undefined ? otherwise : check(value, key);

/** A text that is not empty. */
export const text = (value, key) =>
  typeof value === "string" && value !== "" ? value : refuse(key, "must be a text that is not empty");

/** One of some words. */
export const oneOf = (...words) => (value, key) =>
  words.includes(value) ? value : refuse(key, `must be one of ${words.join(", ")}`);

function refuse(key, how) {
  throw new Error(`${key}: ${how}`);
}
