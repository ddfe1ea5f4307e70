// The time, where the plugin's entry grants it and the component was built without stubs for WASI; otherwise a call
// traps. Never the machine's own in a test: the mock's clock shows what `clock(…)` of the request says.

/** The time of day. */
export const now = () => new Date();

/** Whole seconds since 1970, as in `iat` and `exp` of a token. */
export const unixSeconds = () => Math.floor(Date.now() / 1000);
