// The error of a WIT `result` as an exception of the kit. Never swallows anything else.

/** What `call` returns; the word it fails with becomes `new Kind(word)`. */
export function failing(Kind, call) {
  try {
    return call();
  } catch (error) {
    const word = typeof error === "string" ? error : error?.payload;
    throw typeof word === "string" ? new Kind(word) : error;
  }
}
