// One way to ask the server: same origin, JSON, a deadline, problems as Problem. Knows nothing of tokens.

import { Problem } from "./problems.js";

/** Milliseconds until a request is given up. Longer than the portal takes (29.5 s), so that no renewal is cut off. */
const DEADLINE_MS = 30_000;

/** Sends a request; answers the parsed JSON, or null for an empty answer. Throws Problem or the fetch's own error. */
export async function ask(method, path, { body, bearer, signal, keepalive = false } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["Content-Type"] = "application/json";
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const response = await fetch(path, {
    method, headers, keepalive,
    body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    cache: "no-store", credentials: "same-origin", redirect: "error",
  });
  return response.ok ? parsed(response) : Promise.reject(await problemOf(response));
}

async function parsed(response) {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem(502, { code: "not_json", title: "The answer is not JSON" });
    throw error;
  }
}

async function problemOf(response) {
  const requestId = response.headers.get("x-request-id");
  const document = await response.json().catch(() => ({}));
  return new Problem(response.status, document && typeof document === "object" ? document : {}, requestId);
}
