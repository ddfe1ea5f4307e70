// One's orders, newest first; all orders for staff.

import { byId, make } from "./dom.js";
import { item, knowItems } from "./catalogue.js";
import { dateTime, money, shortId } from "./format.js";
import { own } from "./lookup.js";
import { Region } from "./region.js";
import { call } from "./session.js";

const region = new Region(byId("orders"));

const STATUS_BADGES = { confirmed: "badge good", pending: "badge low", failed: "badge bad" };
const FAILURES = { out_of_stock: "Not enough stock, nothing was ordered." };

let olderThan = null;

/** Wires the view. */
export function startOrders() {
  byId("orders-reload").addEventListener("click", showOrders);
  byId("orders-all").addEventListener("change", showOrders);
  byId("orders-older").addEventListener("click", showOlder);
}

/** Offers "all users" to staff only. This is comfort: the orders service decides. */
export function offerAllOrders(roles) {
  byId("orders-all-label").hidden = !roles.includes("staff");
}

/** Loads and shows the latest orders. */
export function showOrders() {
  return region.load(async (current) => {
    const [page] = await Promise.all([fetchPage(null), knowItems().catch(() => {})]);
    if (current()) draw(page, (cards) => byId("orders-list").replaceChildren(...cards));
    return page.orders.length > 0;
  });
}

/** Forgets what the last user saw. */
export function resetOrders() {
  byId("orders-all").checked = false;
  byId("orders-all-label").hidden = true;
  byId("orders-list").replaceChildren();
  region.reset();
}

function showOlder() {
  return region.load(async (current) => {
    const page = await fetchPage(olderThan);
    if (current()) draw(page, (cards) => byId("orders-list").append(...cards));
    return true;
  });
}

function fetchPage(before) {
  const query = new URLSearchParams();
  if (byId("orders-all").checked) query.set("all", "true");
  if (before) query.set("before", before);
  return call("GET", query.size > 0 ? `/orders?${query}` : "/orders");
}

function draw(page, place) {
  const all = byId("orders-all").checked;
  place(page.orders.map((order) => card(order, all)));
  olderThan = page.next_before;
  byId("orders-older").hidden = !olderThan;
}

function card(order, withUser) {
  const facts = [dateTime(order.created_at), withUser && `user ${order.user}`].filter(Boolean).join(" · ");
  return make("li", { class: "card order", "data-order": order.id },
    make("div", { class: "heading" },
      make("h2", { title: order.id }, `Order ${shortId(order.id)}`),
      make("span", { class: own(STATUS_BADGES, order.status) ?? "badge" }, order.status)),
    make("p", { class: "muted" }, facts),
    ...(order.failure ? [make("p", { class: "failure" }, own(FAILURES, order.failure) ?? `It failed: ${order.failure}.`)] : []),
    make("table", {},
      make("thead", {}, make("tr", {}, head("Item"), head("Quantity", "number"), head("Price", "number"))),
      make("tbody", {}, ...order.lines.map(line)),
      make("tfoot", {}, make("tr", {},
        make("th", { scope: "row", colspan: 2 }, "Total"),
        make("td", { class: "number" }, make("strong", {}, money(order.total_cents, currencyOf(order))))))));
}

function head(text, kind) {
  return make("th", { scope: "col", class: kind }, text);
}

function line(one) {
  const known = item(one.sku);
  return make("tr", {},
    make("th", { scope: "row" }, known?.name ?? one.sku, known ? make("span", { class: "sku" }, one.sku) : ""),
    make("td", { class: "number" }, String(one.quantity)),
    make("td", { class: "number" }, money(one.price_cents === null ? null : one.price_cents * one.quantity, known?.currency)));
}

function currencyOf(order) {
  return order.currency ?? item(order.lines[0]?.sku)?.currency;
}
