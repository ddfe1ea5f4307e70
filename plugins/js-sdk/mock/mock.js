// The gateway's stand-in for `node --test`, by the names of the Rust SDK's mock. Never checks a signature or a date,
// and never runs a component: `witgate plugin test` does.

import { encoded } from "../bytes.js";
import { check } from "./contract.js";
import { at } from "./clock.js";
import { begin, finish, fresh, state } from "./state.js";

/** Configures a plugin with a value, as the gateway does with the plugin's `config` table. */
export const configure = ({ lifecycle }, config = {}) => lifecycle.configure(JSON.stringify(config));

/** The log events of the last run: `{ level, message, fields }`. */
export const logs = () => state().logs;

/** The outbound requests of the last run, also those that were denied. */
export const sent = () => state().sent;

/** A request to make up: no headers, no claims, no token. */
export const request = (method, path) => new Request({ ...fresh(), method, path });

/** A made-up request. Each method gives another one: nothing is changed in place. */
class Request {
  #made;

  constructor(made) {
    this.#made = made;
  }

  #with(change) {
    return new Request({ ...this.#made, ...change(this.#made) });
  }

  /** The name of the matched route. */
  route(route) {
    return this.#with(() => ({ route }));
  }
  /** One more header value, a text or bytes. */
  header(name, value) {
    const one = [name.toLowerCase(), encoded(value)];
    return this.#with((made) => ({ headers: [...made.headers, one] }));
  }
  /** One more query parameter, already decoded. */
  query(name, value) {
    return this.#with((made) => ({ query: [...made.query, [name, value]] }));
  }
  /** The host and port that the client asked for. */
  authority(authority) {
    return this.#with(() => ({ authority }));
  }
  /** The peer's IP address. */
  peer(peer) {
    return this.#with(() => ({ peer }));
  }
  /** A fact that an earlier policy left, or a path parameter ("path.id"). */
  attribute(name, value) {
    return this.#with((made) => ({ attributes: { ...made.attributes, [name]: value } }));
  }
  /** A verified claim. */
  claim(name, value) {
    return this.#with((made) => ({ claims: { ...made.claims, [name]: value } }));
  }
  /** An issuer profile: its name and its exact issuer. */
  issuer(profile, issuer) {
    return this.#with((made) => ({ issuers: { ...made.issuers, [profile]: issuer } }));
  }
  /** A token: JOSE header and claims. */
  token(header, claims) {
    return this.#with(() => ({ token: { header, claims }, unreadable: undefined }));
  }
  /** A token that nobody can read, and why: "missing" or "malformed". */
  unreadableToken(failure) {
    return this.#with(() => ({ unreadable: failure }));
  }
  /** What only keys and clocks find wrong with the token, such as "expired". */
  tokenFails(verdict) {
    return this.#with(() => ({ verdict }));
  }
  /** What the token's maximum age is measured by, in Unix seconds. */
  now(now) {
    return this.#with(() => ({ now }));
  }
  /** The profile's leeway in seconds. */
  leeway(leeway) {
    return this.#with(() => ({ leeway }));
  }
  /** An entry of the granted store. */
  storeEntry(key, value) {
    return this.#with((made) => ({ store: { ...made.store, [key]: encoded(value) } }));
  }
  /** What outbound HTTP to this URL comes back with: `{ status, headers, body }`, or the word that it fails with. */
  answer(url, given) {
    return this.#with((made) => ({ answers: { ...made.answers, [url]: madeUp(given) } }));
  }
  /** What a granted clock shows: Unix seconds, or a text such as "2026-11-27T09:00:00Z". */
  clock(time) {
    return this.#with(() => ({ clock: at(time).milliseconds }));
  }

  /**
   * Calls the plugin with this request: `.run(() => authorizer.authorize())`.
   * @throws {Error} also where the answer breaks the contract
   */
  run(call) {
    begin(this.#made);
    const restore = at(this.#made.clock / 1000).stop();
    try {
      const answer = call();
      check(answer, state().verified);
      return answer;
    } finally {
      restore();
      finish();
    }
  }
}

function madeUp(answer) {
  if (typeof answer === "string") return answer;
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [name, encoded(value)]);
  return { status: answer.status, headers, body: encoded(answer.body ?? "") };
}
