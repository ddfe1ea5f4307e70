// The basket: SKUs and quantities, in this page's memory only. Places the order.

import { button, byId, make } from "./dom.js";
import { item } from "./catalogue.js";
import { money } from "./format.js";
import { clearProblem, showProblem } from "./problems.js";
import { call } from "./session.js";

const quantities = new Map();
let placed = () => {};
let refused = () => {};

/** Wires the basket; `onPlaced(order)` follows an order, `onRefused()` a refusal that the stock may explain. */
export function startBasket(onPlaced, onRefused) {
  placed = onPlaced;
  refused = onRefused;
  byId("place-order").addEventListener("click", placeOrder);
}

/** One more piece of this SKU, up to what is in stock. */
export function addToBasket(sku) {
  setQuantity(sku, (quantities.get(sku) ?? 0) + 1);
}

/** Draws the basket again, for example with new stock. */
export function drawBasket() {
  const lines = [...quantities].filter(([sku]) => item(sku));
  byId("basket-empty").hidden = lines.length > 0;
  byId("basket-content").hidden = lines.length === 0;
  byId("basket-lines").replaceChildren(...lines.map(line));
  byId("basket-total").textContent = total(lines);
}

/** Empties the basket. */
export function resetBasket() {
  quantities.clear();
  clearProblem(byId("basket-problem"));
  drawBasket();
}

function setQuantity(sku, wanted) {
  const stock = item(sku)?.stock ?? 0;
  const quantity = Math.min(Math.max(1, Math.trunc(wanted) || 1), Math.max(1, stock));
  quantities.set(sku, quantity);
  clearProblem(byId("basket-problem"));
  drawBasket();
}

function remove(sku) {
  quantities.delete(sku);
  clearProblem(byId("basket-problem"));
  drawBasket();
  // The button that had the focus is gone: leave the keyboard in the basket.
  (document.querySelector("#basket-lines input") ?? byId("catalogue-title")).focus();
}

function line([sku, quantity]) {
  const one = item(sku);
  const id = `quantity-${sku}`;
  const input = make("input", { id, type: "number", min: 1, max: one.stock, step: 1, value: quantity, inputmode: "numeric", "data-quantity": sku });
  input.addEventListener("change", () => { setQuantity(sku, Number(input.value)); document.getElementById(id)?.focus(); });
  return make("li", { "data-basket": sku },
    make("label", { for: id }, make("span", { class: "hidden-visually" }, "Quantity of "), one.name),
    input,
    make("span", { class: "number" }, money(one.price_cents * quantity, one.currency)),
    button("×", { class: "quiet remove", "aria-label": `Remove ${one.name}` }, () => remove(sku)),
    ...shortage(one, quantity));
}

function shortage(one, quantity) {
  if (quantity < one.stock) return [];
  const text = one.stock <= 0 ? "Sold out" : `All ${one.stock} in stock`;
  return [make("span", { class: "hint" }, quantity > one.stock && one.stock > 0 ? `Only ${one.stock} in stock` : text)];
}

function total(lines) {
  const sums = new Map();
  for (const [sku, quantity] of lines) {
    const one = item(sku);
    sums.set(one.currency, (sums.get(one.currency) ?? 0) + one.price_cents * quantity);
  }
  return [...sums].map(([currency, cents]) => money(cents, currency)).join(" + ");
}

async function placeOrder() {
  const submit = byId("place-order");
  const lines = [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
  submit.disabled = true;
  submit.textContent = "Placing the order…";
  clearProblem(byId("basket-problem"));
  try {
    const order = await call("POST", "/orders", { lines });
    resetBasket();
    placed(order);
  } catch (error) {
    if (error?.name !== "AbortError") showProblem(byId("basket-problem"), withName(error));
    if (error?.status === 409) refused();
  } finally {
    submit.disabled = false;
    submit.textContent = "Place order";
  }
}

/** The server names the SKU; people know the item by its name. */
function withName(error) {
  const one = error?.code === "out_of_stock" && item(error.document.sku);
  if (one) error.detail = `There is not enough of “${one.name}” in stock.`;
  return error;
}
