// Who is signed in. The access token lives in the variable below and nowhere else: never in storage, never in a
// cookie that a script can read, never in the address. The refresh token is in an HttpOnly cookie.

import { ask } from "./http.js";
import { Problem } from "./problems.js";

/** Renewed when this share of its life is over, so that a request seldom meets an old token. */
const RENEW_AT = 0.8;
/** A token with less than this left is renewed before it is used. */
const TOO_OLD_MS = 5_000;
/** After a failed silent renewal, the next try: soon, as a token whose answer was lost is given again for 10 s only. */
const FIRST_RETRY_MS = 2_000;
/** The pause doubles with each failure, up to this. */
const LAST_RETRY_MS = 60_000;
/** A token is not renewed sooner than this, however short its life. */
const LEAST_LIFE_MS = 10_000;

let accessToken = null;
let expiresAt = 0;
let timer = 0;
let renewal = null;
let retryAfter = FIRST_RETRY_MS;
let lifetime = new AbortController();
let onEnded = () => {};

// Other tabs share the cookie, so they follow. The channel carries "signed-in" or "signed-out", never a token.
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("witgate-portal") : null;

/** Calls `ended(problem | null)` when the session ends without this tab asking for it. */
export function watchSession(ended) {
  onEnded = ended;
  tabs?.addEventListener("message", ({ data }) => (data === "signed-in" ? location.reload() : end(null)));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && accessToken && isOld()) renew().catch(() => {});
  });
}

/** Milliseconds since 1970 at which the access token expires. */
export function tokenExpiry() {
  return expiresAt;
}

/** Tells the other tabs that somebody signed in here: they load again, and show the same person. */
export function announceSignIn() {
  tabs?.postMessage("signed-in");
}

/** Ends the session at the auth service and in all tabs; gives the address where the browser signs out there, too. */
export async function signOut() {
  const { sign_out_url } = await oneTabAtATime(() => ask("DELETE", "/portal/session"));
  forget();
  tabs?.postMessage("signed-out");
  return sign_out_url;
}

/** Gets a fresh access token by the cookie. True: signed in. False: there is no session. Throws when nobody can tell. */
export function renew() {
  renewal ??= oneTabAtATime(renewOnce).finally(() => { renewal = null; });
  return renewal;
}

/** A request with the access token; an expired one is renewed first, a refused one is renewed once. */
export async function call(method, path, body) {
  if (isOld()) await renew();
  const { signal } = lifetime;
  try {
    return await ask(method, path, { body, bearer: accessToken, signal });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401 || signal.aborted || !(await renew())) throw error;
    return ask(method, path, { body, bearer: accessToken, signal: lifetime.signal });
  }
}

// The refresh token is spent by its use, and a second use ends the session: two tabs must never use the same one.
function oneTabAtATime(work) {
  return navigator.locks ? navigator.locks.request("witgate-portal-session", work) : work();
}

async function renewOnce() {
  try {
    // keepalive: when the page is left in the middle, the browser still stores the new cookie.
    const grant = await ask("POST", "/portal/session/refresh", { keepalive: true });
    if (!grant) return end(null);
    keep(grant);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return end(error);
    if (accessToken) {
      plan(retryAfter);
      retryAfter = Math.min(retryAfter * 2, LAST_RETRY_MS);
    }
    throw error;
  }
}

function keep(grant) {
  accessToken = grant.access_token;
  const life = Math.max(0, Number(grant.expires_in) || 0) * 1000;
  expiresAt = Date.now() + life;
  retryAfter = FIRST_RETRY_MS;
  plan(Math.max(LEAST_LIFE_MS, life * RENEW_AT));
}

function plan(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => renew().catch(() => {}), Math.min(milliseconds, 2 ** 31 - 1));
}

function end(problem) {
  const was = accessToken !== null;
  forget();
  if (was || problem) onEnded(problem);
  return false;
}

function forget() {
  clearTimeout(timer);
  accessToken = null;
  expiresAt = 0;
  lifetime.abort();
  lifetime = new AbortController();
}

function isOld() {
  return expiresAt - Date.now() < TOO_OLD_MS;
}
