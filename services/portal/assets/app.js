// The portal's page: which view is shown, and what follows from signing in and out.

import { takeArrival } from "./arrival.js";
import { byId } from "./dom.js";
import { addToBasket, drawBasket, resetBasket, startBasket } from "./basket.js";
import { resetCatalogue, showCatalogue, startCatalogue } from "./catalogue.js";
import { money, shortId } from "./format.js";
import { item } from "./catalogue.js";
import { own } from "./lookup.js";
import { offerAllOrders, resetOrders, showOrders, startOrders } from "./orders.js";
import { asProblem, clearProblem, showProblem } from "./problems.js";
import { announceSignIn, renew, signOut, watchSession } from "./session.js";
import { resetToken, showToken, startToken, verifiedToken } from "./token.js";

const VIEWS = {
  catalogue: { title: "Catalogue", show: () => showCatalogue().then(drawBasket) },
  orders: { title: "Orders", show: showOrders },
  token: { title: "Token", show: showToken },
};
const arrival = takeArrival();
let signedIn = false;

function start() {
  startCatalogue(addToBasket, drawBasket);
  startBasket(orderPlaced, () => VIEWS.catalogue.show());
  startOrders();
  startToken();
  watchSession(sessionEnded);
  byId("sign-out").addEventListener("click", leave);
  window.addEventListener("hashchange", () => signedIn && showView(true));
  resume();
}

async function resume() {
  clearProblem(byId("alert"));
  try {
    if (await renew()) await arrive();
    else if (!document.querySelector("#view-sign-in:not([hidden])")) showSignIn(arrival.problem);
  } catch (error) {
    byId("starting").hidden = true;
    showProblem(byId("alert"), error, resume);
  }
}

async function arrive() {
  if (arrival.signedIn) announceSignIn();
  arrival.signedIn = false;
  await enter();
}

async function enter() {
  signedIn = true;
  setState("signed-in");
  const greeting = verifiedToken().then(greet, () => { byId("who").textContent = ""; });
  await Promise.all([greeting, showView(false)]);
}

function greet({ claims }) {
  byId("who").textContent = claims.preferred_username ?? claims.sub;
  offerAllOrders(Array.isArray(claims.roles) ? claims.roles : []);
}

async function leave() {
  await busy(byId("sign-out"), "Signing out…", async () => {
    try {
      const next = await signOut();
      forgetAll();
      say("You are signed out of the portal. One more page signs you out of the sign-in service.");
      location.assign(next);
    } catch (error) {
      showProblem(byId("alert"), error, leave);
    }
  });
}

function sessionEnded(problem) {
  forgetAll();
  say(problem ? asProblem(problem).sentence() : "You were signed out in another tab.");
}

function forgetAll() {
  signedIn = false;
  byId("who").textContent = "";
  resetCatalogue();
  resetBasket();
  resetOrders();
  resetToken();
  clearProblem(byId("alert"));
  showSignIn();
}

function showSignIn(problem = null) {
  setState("signed-out");
  document.title = "Sign in · Witgate portal";
  if (problem) showProblem(byId("sign-in-problem"), problem);
  else clearProblem(byId("sign-in-problem"));
  byId("sign-in").focus();
}

function setState(state) {
  document.body.dataset.state = state;
  byId("starting").hidden = true;
  byId("nav").hidden = state !== "signed-in";
  byId("account").hidden = state !== "signed-in";
  byId("view-sign-in").hidden = state !== "signed-out";
  for (const name of Object.keys(VIEWS)) byId(`view-${name}`).hidden = true;
}

function showView(focus) {
  const wanted = location.hash.slice(1);
  const name = own(VIEWS, wanted) ? wanted : "catalogue";
  const view = own(VIEWS, name);
  for (const other of Object.keys(VIEWS)) byId(`view-${other}`).hidden = other !== name;
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${view.title} · Witgate portal`;
  if (focus) { say(null); byId(`${name}-title`).focus(); }
  return view.show();
}

function orderPlaced(order) {
  const currency = order.currency ?? item(order.lines[0]?.sku)?.currency;
  say(`Order ${shortId(order.id)} is placed. Total ${money(order.total_cents, currency)}.`);
  VIEWS.catalogue.show();
}

function say(text) {
  byId("notice").textContent = text ?? "";
  byId("notice").hidden = !text;
}

async function busy(control, text, work) {
  const usual = control.textContent;
  control.disabled = true;
  control.textContent = text;
  try {
    await work();
  } finally {
    control.disabled = false;
    control.textContent = usual;
  }
}

start();
