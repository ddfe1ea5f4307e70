// Reading a policy's `config` strictly, and saying as JSON Schema what it may be. Never takes a key that nobody knows,
// and never guesses at a shape: each fault begins with the key that is wrong.

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

/** The JSON Schema of the same keys, with the policy's own codes. */
export function schemaOf(keys, codes = []) {
  const properties = Object.entries(keys).map(([key, reader]) => [key, reader.schema ?? {}]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: Object.fromEntries(properties),
    required: Object.keys(keys).filter((key) => keys[key].isRequired),
    additionalProperties: false,
    ...(codes.length > 0 ? { "x-witgate-codes": codes } : {}),
  };
}

/** A check of one's own, with the JSON Schema of what it takes. */
export const described = (schema, check) => Object.assign((value, key) => check(value, key), { schema });

/** A key that must be there. */
export const required = (check) =>
  Object.assign((value, key) => (value === undefined ? refuse(key, "is missing") : check(value, key)), {
    schema: check.schema,
    isRequired: true,
  });

/** A key that may be left out. */
export const optional = (check, otherwise) =>
  Object.assign((value, key) => (value === undefined ? otherwise : check(value, key)), {
    schema: otherwise === undefined ? check.schema : { ...check.schema, default: otherwise },
  });

/** A text that is not empty. */
export const text = described({ type: "string", minLength: 1 }, (value, key) =>
  typeof value === "string" && value !== "" ? value : refuse(key, "must be a text that is not empty"),
);

/** `true` or `false`. */
export const flag = described({ type: "boolean" }, (value, key) =>
  typeof value === "boolean" ? value : refuse(key, "must be true or false"),
);

/** A whole number that is not negative. */
export const count = described({ type: "integer", minimum: 0 }, (value, key) =>
  Number.isSafeInteger(value) && value >= 0 ? value : refuse(key, "must be a whole number, 0 or more"),
);

/** One of some words. */
export const oneOf = (...words) =>
  described({ enum: words }, (value, key) =>
    words.includes(value) ? value : refuse(key, `must be one of ${words.join(", ")}`),
  );

/** A list, each item of which passes a check. */
export const listOf = (check) =>
  described({ type: "array", items: check.schema ?? {} }, (value, key) => {
    if (!Array.isArray(value)) refuse(key, "must be a list");
    return value.map((item, index) => check(item, `${key}[${index}]`));
  });

/** Refuses the config: the gateway shows it and does not load it. */
export function refuse(key, how) {
  throw new Error(`${key}: ${how}`);
}
