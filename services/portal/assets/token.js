// One's access token as the portal service verified and decoded it. This page never decodes a token itself.

import { byId, make } from "./dom.js";
import { dateTime, duration } from "./format.js";
import { own } from "./lookup.js";
import { Region } from "./region.js";
import { call, renew, tokenExpiry } from "./session.js";

const MEANINGS = {
  sub: "subject: the user's id", iss: "issuer: who signed it", aud: "audience: who may accept it",
  exp: "expires", iat: "issued", nbf: "not before", auth_time: "password given", jti: "id of this token",
  sid: "id of the session", client_id: "client that asked for it", scope: "what the token allows",
  roles: "roles of the user", preferred_username: "user name", tenant: "tenant",
  alg: "signature algorithm", kid: "id of the signing key", typ: "type of token",
};
const FIRST = ["preferred_username", "sub", "roles", "scope", "tenant", "iss", "aud", "exp", "iat"];
const TIMES = new Set(["exp", "iat", "nbf", "auth_time"]);

const region = new Region(byId("token"));
let clock = 0;

/** Wires the view. */
export function startToken() {
  byId("token-renew").addEventListener("click", () => region.load(async () => {
    await renew();
    return draw(await verifiedToken());
  }));
}

/** Loads and shows the decoded token. */
export function showToken() {
  return region.load(async () => draw(await verifiedToken()));
}

/** `{header, claims}` of one's own access token, as verified by the portal service. */
export function verifiedToken() {
  return call("GET", "/portal/token");
}

/** Forgets what the last user saw. */
export function resetToken() {
  clearInterval(clock);
  for (const id of ["token-claims", "token-header", "token-json", "token-remaining"]) byId(id).replaceChildren();
  region.reset();
}

function draw(token) {
  byId("token-claims").replaceChildren(...ordered(token.claims).map(row));
  byId("token-header").replaceChildren(...Object.entries(token.header).filter(([, value]) => value !== null).map(row));
  byId("token-json").textContent = JSON.stringify(token, null, 2);
  clearInterval(clock);
  clock = setInterval(tick, 1000);
  tick();
  return Object.keys(token.claims).length > 0;
}

function tick() {
  byId("token-remaining").textContent = `It is good for another ${duration((tokenExpiry() - Date.now()) / 1000)} and is renewed before that.`;
}

function ordered(claims) {
  const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return Object.entries(claims).sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}

function row([name, value]) {
  const known = own(MEANINGS, name);
  const meaning = known ? make("span", { class: "meaning" }, known) : "";
  return make("tr", { "data-claim": name }, make("th", { scope: "row" }, make("code", {}, name), meaning), make("td", {}, ...shown(name, value)));
}

function shown(name, value) {
  if (TIMES.has(name) && typeof value === "number") return [dateTime(value), make("span", { class: "meaning" }, String(value))];
  if (Array.isArray(value)) return value.map((one) => make("span", { class: "badge" }, typeof one === "string" ? one : JSON.stringify(one)));
  if (name === "scope" && typeof value === "string") return value.split(" ").map((one) => make("span", { class: "badge" }, one));
  return [typeof value === "string" ? value : JSON.stringify(value)];
}
