// Looks things up in tables by names that come from outside. Knows only what a table itself holds, never what every
// object has: "constructor" and "toString" are names like any other.

/** The table's own entry of this name, or undefined. */
export function own(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
