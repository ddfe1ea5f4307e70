// UTF-8 as header values have it. QuickJS has no TextDecoder and no TextEncoder. Never replaces what is no UTF-8.

/** The text, or `undefined` where the bytes are none or are absent. */
export function decoded(bytes) {
  if (bytes === null || bytes === undefined) return undefined;
  try {
    // decodeURIComponent refuses what is no UTF-8
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    return undefined;
  }
}

/** The bytes of a text, or the bytes that were given. */
export function encoded(value) {
  if (typeof value !== "string") return value;
  const escaped = encodeURIComponent(value).match(/%[0-9A-F]{2}|[^%]/g) ?? [];
  return Uint8Array.from(escaped, (one) => (one.length === 3 ? parseInt(one.slice(1), 16) : one.charCodeAt(0)));
}
