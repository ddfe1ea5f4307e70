// A client of an OpenID provider: npm `openid-client`, told what to do by lines of JSON on stdin. It answers each with a
// line of JSON: what the library gave, or { error } with the server's code, or the library's own. Never a browser: the test is.
//
// First line: { issuer, client_id, client_secret, method, redirect_uri, scope }   client_secret: null for a public client,
//             for private_key_jwt the private key as PEM
// Answer:     the metadata that it discovered
// Then:       { do: "begin", extra } -> { url }        { do: "finish", callback } -> { tokens, claims }
//             { do: "refresh", refresh_token }, { do: "client_credentials", scope } -> { tokens }
//             { do: "userinfo", access_token, subject }, { do: "introspect", token }, { do: "revoke", token }
import { createInterface } from 'node:readline';
import * as client from 'openid-client';

const METHODS = {
  none: () => client.None(),
  client_secret_basic: (secret) => client.ClientSecretBasic(secret),
  client_secret_post: (secret) => client.ClientSecretPost(secret),
  private_key_jwt: async (pem) => client.PrivateKeyJwt({ key: await privateKey(pem), kid: 'their-key' }),
};

let setup;
let config;
let flow;

const verbs = {
  async begin({ extra }) {
    flow = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: setup.redirect_uri,
      scope: setup.scope,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      ...extra,
    });
    return { url: url.href };
  },
  async finish({ callback }) {
    const checks = { pkceCodeVerifier: flow.verifier, expectedState: flow.state, expectedNonce: flow.nonce };
    const tokens = await client.authorizationCodeGrant(config, new URL(callback), checks);
    return { tokens, claims: tokens.claims() };
  },
  refresh: async ({ refresh_token }) => ({ tokens: await client.refreshTokenGrant(config, refresh_token) }),
  client_credentials: async ({ scope }) => ({ tokens: await client.clientCredentialsGrant(config, { scope }) }),
  userinfo: ({ access_token, subject }) => client.fetchUserInfo(config, access_token, subject),
  introspect: ({ token }) => client.tokenIntrospection(config, token),
  async revoke({ token }) {
    await client.tokenRevocation(config, token);
    return {};
  },
};

async function begin(given) {
  setup = given;
  const method = await METHODS[setup.method](setup.client_secret);
  config = await client.discovery(new URL(setup.issuer), setup.client_id, undefined, method, {
    execute: [client.allowInsecureRequests],
  });
  // Not only TLS: the signature of an id token, too.
  client.enableNonRepudiationChecks(config);
  return config.serverMetadata();
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const message = JSON.parse(line);
  let answer;
  try {
    answer = await (config === undefined ? begin(message) : verbs[message.do](message));
  } catch (error) {
    answer = { error: error.error ?? (await challenged(error)) ?? error.code ?? error.name, message: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function privateKey(pem) {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  return crypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

// The library takes a 401 with a challenge for an error of its own kind; the server's code is in the body.
async function challenged(error) {
  if (!(error instanceof client.WWWAuthenticateChallengeError)) return undefined;
  const body = await error.response.json().catch(() => ({}));
  return body.error;
}
