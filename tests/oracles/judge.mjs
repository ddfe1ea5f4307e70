// Judges tokens with npm `jose`. Reads lines of JSON from stdin, writes one line of JSON per token to stdout. Never
// looks at the time: each question brings it.
//
// First line: { jwks, algorithms, issuer, audience, leeway_seconds }
// Then:       { token, now_unix, access_token }      access_token: demand RFC 9068's `typ` and an `iat`
// Answer:     { accept: true } or { accept: false, reason }
import { createInterface } from 'node:readline';
import { createLocalJWKSet, jwtVerify } from 'jose';

const REQUIRED = ['exp', 'sub'];

let setup;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const message = JSON.parse(line);
  if (setup === undefined) {
    setup = { ...message, keys: createLocalJWKSet(message.jwks) };
  } else {
    process.stdout.write(`${JSON.stringify(await judge(message))}\n`);
  }
}

async function judge({ token, now_unix, access_token }) {
  const options = {
    algorithms: setup.algorithms,
    issuer: setup.issuer,
    audience: setup.audience,
    clockTolerance: setup.leeway_seconds,
    currentDate: new Date(now_unix * 1000),
    requiredClaims: access_token ? [...REQUIRED, 'iat'] : REQUIRED,
    typ: access_token ? 'at+jwt' : undefined,
  };
  try {
    await jwtVerify(token, setup.keys, options);
    return { accept: true };
  } catch (error) {
    return { accept: false, reason: error.code ?? error.name };
  }
}
