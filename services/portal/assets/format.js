// Turns values into words for people. Never touches the page.

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** `money(1250, "EUR")` is "€12.50"; without a known currency it is "12.50", without an amount a dash. */
export function money(cents, currency) {
  if (cents === null || cents === undefined) return "–";
  const amount = Number(cents) / 100;
  if (!/^[A-Za-z]{3}$/.test(currency ?? "")) return amount.toFixed(2);
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount);
}

/** A date from seconds since 1970 or from an ISO 8601 text; anything else as it came. */
export function dateTime(value) {
  const date = typeof value === "number" ? new Date(value * 1000) : new Date(value);
  return Number.isNaN(date.getTime()) ? String(value) : DATE.format(date);
}

/** "4 min 10 s" from a number of seconds. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** The first part of a long id, enough to tell orders apart. */
export function shortId(id) {
  const text = String(id);
  return text.length > 13 ? text.slice(-8) : text;
}
