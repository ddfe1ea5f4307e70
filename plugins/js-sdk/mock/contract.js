// What the gateway accepts of an answer, for a test. Never all of it: names and values of headers are checked on the
// real component, by `witgate plugin test`. Never judges what is no role's answer: a test may return anything.

const MAX_MESSAGE_BYTES = 1024;

/** Fails with what the gateway would answer 500 to; `verified` says whether `jwt.verify` succeeded. */
export function check(answer, verified) {
  if (answer?.tag === "authenticated" && !verified) breach("`authenticated` without a verified token");
  if (answer?.tag === "deny" || answer?.tag === "refused") refusal(answer.val);
}

function refusal({ status, code, message }) {
  if (!(Number.isInteger(status) && status >= 400 && status <= 599)) {
    breach(`a refusal with status ${status}; 400 to 599 are allowed`);
  }
  if (!/^[a-z0-9_]{1,64}$/.test(code)) breach(`\`${code}\` must be 1 to 64 of a-z, 0-9 and _`);
  const isShort = typeof message === "string" && new TextEncoder().encode(message).length <= MAX_MESSAGE_BYTES;
  if (!isShort) breach(`the message must be a text of at most ${MAX_MESSAGE_BYTES} bytes`);
}

function breach(how) {
  throw new Error(`the answer breaks the contract: ${how}`);
}
