// The catalogue with its stock, and the items by their SKU for the other views.

import { button, byId, make } from "./dom.js";
import { money } from "./format.js";
import { Region } from "./region.js";
import { call } from "./session.js";

/** Stock at or under this is said to be low. */
const LOW_STOCK = 5;

const region = new Region(byId("catalogue"));
let items = new Map();
let add = () => {};

/** Wires the view; `onAdd(sku)` puts one piece into the basket, `onLoaded()` follows each load. */
export function startCatalogue(onAdd, onLoaded) {
  add = onAdd;
  byId("catalogue-reload").addEventListener("click", () => showCatalogue().then(onLoaded));
}

/** Loads and shows the catalogue. */
export function showCatalogue() {
  return region.load(async (current) => {
    await loadItems();
    if (current()) byId("catalogue-rows").replaceChildren(...[...items.values()].map(row));
    return items.size > 0;
  });
}

/** The item with this SKU, if the catalogue has it. */
export function item(sku) {
  return items.get(sku);
}

/** Makes sure that names and prices are known, for the views that only have SKUs. */
export async function knowItems() {
  if (items.size === 0) await loadItems();
}

/** Forgets what the last user saw. */
export function resetCatalogue() {
  items = new Map();
  byId("catalogue-rows").replaceChildren();
  region.reset();
}

async function loadItems() {
  const answer = await call("GET", "/catalogue");
  items = new Map(answer.items.map((one) => [one.sku, one]));
}

function row(one) {
  const soldOut = one.stock <= 0;
  const attributes = { class: "small", disabled: soldOut, "aria-label": `Add ${one.name} to the basket`, "data-add": one.sku };
  const adder = button("Add", attributes, () => add(one.sku));
  return make("tr", { role: "row", "data-sku": one.sku },
    make("th", { role: "rowheader", scope: "row" }, one.name, make("span", { class: "sku" }, one.sku)),
    make("td", { role: "cell", class: "number stock" }, ...stockWords(one.stock)),
    make("td", { role: "cell", class: "number" }, money(one.price_cents, one.currency)),
    make("td", { role: "cell", class: "action" }, adder));
}

function stockWords(stock) {
  if (stock <= 0) return [make("span", { class: "badge bad" }, "Sold out")];
  if (stock <= LOW_STOCK) return [make("span", { class: "badge low" }, `${stock} left`)];
  return [String(stock), make("span", { class: "narrow-only" }, " in stock")];
}
