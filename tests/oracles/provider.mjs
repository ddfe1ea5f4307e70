// A foreign issuer: npm `oidc-provider` on a free port of loopback. It gives JWT access tokens to one client by
// client_credentials; the resource indicator says which algorithm signs. Never a user, and nothing is stored.
//
// stdout, first line: "listening on http://127.0.0.1:PORT"
// stdin "rotate":  the published next keys sign from now on; answer: "generation N"
// stdin "fetches": answer: "fetches N SINCE", how often the key set was asked for and the milliseconds since the last time
//
// It publishes the next keys before they sign, and the previous ones while their tokens may live. So a verifier that has
// fetched since the last rotation knows the keys of the next one.
import { generateKeyPair } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const CLIENT = { client_id: 'foreign-client', client_secret: 'a-secret-of-the-tests-only' };
const SCOPE = 'catalogue:read';
const AUDIENCE = 'witgate';
const RESOURCES = 'https://api.witgate.test/';
const TOKEN_SECONDS = 300;
// The next keys, the current ones, and three that signed before.
const GENERATIONS = 5;
// Both names of RFC 8037 and RFC 9864 are signed by one key, which is published without `alg`.
const KEYS = {
  RS256: { family: 'rs', alg: 'RS256' },
  PS256: { family: 'ps', alg: 'PS256' },
  ES256: { family: 'es', alg: 'ES256' },
  EdDSA: { family: 'ed' },
  Ed25519: { family: 'ed' },
};

const generate = promisify(generateKeyPair);
// Where oidc-provider says what it thinks of a set-up for tests; stdout is for the answers.
console.info = () => {};
console.warn = () => {};
const { Provider } = await import('oidc-provider');

const fetches = { count: 0, last: Date.now() };
let generation = 0;
let published = [await makeKeys(0), await makeKeys(1)];
let handle;

const server = createServer((request, response) => {
  if (request.url === '/jwks') {
    fetches.count += 1;
    fetches.last = Date.now();
  }
  handle(request, response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
handle = makeProvider().callback();
console.log(`listening on ${issuer}`);

for await (const command of createInterface({ input: process.stdin })) {
  if (command === 'rotate') {
    published = [...published, await makeKeys(generation + 2)].slice(-GENERATIONS);
    generation += 1;
    handle = makeProvider().callback();
    console.log(`generation ${generation}`);
  } else if (command === 'fetches') {
    console.log(`fetches ${fetches.count} ${Date.now() - fetches.last}`);
  } else {
    throw new Error(`no such command: ${command}`);
  }
}
process.exit(0);

async function makeKeys(number) {
  const rsa = () => generate('rsa', { modulusLength: 2048 });
  const made = {
    rs: await rsa(), ps: await rsa(), es: await generate('ec', { namedCurve: 'P-256' }), ed: await generate('ed25519'),
  };
  return Object.entries(made).map(([family, { privateKey }]) => {
    const alg = Object.values(KEYS).find((key) => key.family === family).alg;
    return { ...privateKey.export({ format: 'jwk' }), ...(alg && { alg }), use: 'sig', kid: `${family}-${number}` };
  });
}

// The keys are given to the constructor, so each generation has its own provider behind the same server and issuer.
function makeProvider() {
  return new Provider(issuer, {
    jwks: { keys: published.flat() },
    clients: [{ ...CLIENT, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: SCOPE }],
    scopes: [SCOPE],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer(generation) },
    },
  });
}

function resourceServer(number) {
  return (_ctx, resource) => {
    const alg = resource.slice(RESOURCES.length);
    return {
      audience: AUDIENCE,
      scope: SCOPE,
      accessTokenFormat: 'jwt',
      accessTokenTTL: TOKEN_SECONDS,
      jwt: { sign: { alg, kid: `${KEYS[alg].family}-${number}` } },
    };
  };
}
