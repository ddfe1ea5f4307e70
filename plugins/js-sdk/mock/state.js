// The request under way, as the mock's interfaces answer from it. Never kept from one run for the next, but for what
// was logged and sent.

/** A request that nobody has said anything about. */
export const fresh = () => ({
  method: "GET",
  path: "/",
  route: "test",
  headers: [],
  query: [],
  authority: "gateway.test",
  peer: "192.0.2.1",
  attributes: {},
  claims: {},
  verified: false,
  issuers: {},
  token: undefined,
  unreadable: undefined,
  verdict: undefined,
  now: 0,
  leeway: 30,
  store: {},
  answers: {},
  clock: 0,
  logs: [],
  sent: [],
});

let current = fresh();

/** The request under way. */
export const state = () => current;

/** Begins a run with a copy of what was made up. */
export function begin(made) {
  current = structuredClone(made);
}

/** Forgets the request, but not what it logged and sent. */
export function finish() {
  current = { ...fresh(), logs: current.logs, sent: current.sent };
}
