// How Node.js finds the gateway's interfaces: in the mock. Never changes another import.

const INTERFACE = /^witgate:policy\/([a-z]+)@/;

/** A hook of `node:module`. */
export function resolve(specifier, context, next) {
  const found = INTERFACE.exec(specifier);
  if (found === null) return next(specifier, context);
  return { url: new URL(`./policy/${found[1]}.js`, import.meta.url).href, shortCircuit: true };
}
