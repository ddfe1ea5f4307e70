// A claim by name or by RFC 6901 pointer, as the gateway finds it. Never inherited: a claim is the token's own.

/** The value; `undefined` where there is none. */
export function pointed(claims, name) {
  const steps = name.startsWith("/") ? name.slice(1).split("/").map(unescaped) : [name];
  return steps.reduce(step, claims);
}

const unescaped = (token) => token.replaceAll("~1", "/").replaceAll("~0", "~");

function step(value, token) {
  if (Array.isArray(value)) return /^(0|[1-9][0-9]*)$/.test(token) ? value[Number(token)] : undefined;
  const isObject = typeof value === "object" && value !== null;
  return isObject && Object.hasOwn(value, token) ? value[token] : undefined;
}
