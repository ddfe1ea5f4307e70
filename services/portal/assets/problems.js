// Problem documents (RFC 9457) as one human sentence, with the code and the request id for support.

import { make } from "./dom.js";
import { own } from "./lookup.js";

/** What may end a sign-in, as the portal's callback names it. */
const SIGN_IN_SENTENCES = {
  access_denied: "You did not allow the portal to sign you in. Nothing was changed.",
  sign_in_refused: "The sign-in service refused the portal. Please try again.",
  sign_in_expired: "That sign-in took too long, or was finished in another tab. Please try again.",
  sign_in_mismatch: "That answer belongs to no sign-in of this browser. Please try again.",
  issuer_mismatch: "The answer came from another sign-in service than ours, so it was refused.",
  code_refused: "That sign-in was used before or took too long. Please try again.",
  id_token_refused: "The sign-in service said something about you that could not be verified. Please try again.",
  too_many_attempts: "Too many attempts. Please wait a little and try again.",
  auth_unavailable: "The sign-in service does not answer right now. Please try again in a moment.",
  auth_unexpected: "The sign-in service gave an answer that the portal does not understand.",
};

const SENTENCES = {
  ...SIGN_IN_SENTENCES,
  session_expired: "Your session has ended. Please sign in again.",
  invalid_grant: "Your session has ended. Please sign in again.",
  insufficient_scope: "Your account is not allowed to do this.",
  cross_origin: "This request did not come from the portal's own page, so it was refused.",
  unreachable: "The server cannot be reached. Please check your connection and try again.",
  timeout: "The server took too long to answer. Please try again.",
};

const BY_STATUS = {
  401: "You are not signed in any more. Please sign in again.",
  403: "Your account is not allowed to do this.",
  404: "That does not exist, or it is not yours to see.",
  413: "That is too large for the server.",
  429: "Too many attempts. Please wait a little and try again.",
  500: "Something went wrong on the server. Nothing was changed that you can see here.",
  502: "A service behind the gateway gave no usable answer. Please try again in a moment.",
  503: "A service behind the gateway is not available right now. Please try again in a moment.",
  504: "A service behind the gateway took too long to answer. Please try again.",
};

/** Whether a sign-in may end with this code. */
export function isSignInProblem(code) {
  return own(SIGN_IN_SENTENCES, code) !== undefined;
}

/** What went wrong, as the page handles it. */
export class Problem extends Error {
  constructor(status, document = {}, requestId = null) {
    super(document.title ?? document.code ?? `status ${status}`);
    this.status = status;
    this.code = typeof document.code === "string" ? document.code : `status_${status}`;
    this.detail = typeof document.detail === "string" ? document.detail : null;
    this.requestId = document.request_id ?? requestId;
    this.document = document;
  }

  /** One sentence for a person: ours where we know better, else the server's, else one for the status. */
  sentence() {
    const known = own(SENTENCES, this.code) ?? (this.status === 401 || this.status === 403 ? own(BY_STATUS, this.status) : null);
    return known ?? asSentence(this.detail) ?? own(BY_STATUS, this.status) ?? this.message;
  }
}

/** Servers write "try again soon"; people read "Try again soon." */
function asSentence(text) {
  const trimmed = text?.trim();
  if (!trimmed) return null;
  return trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}

/** Any thrown value as a Problem: a fetch that failed has no status. */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  const code = error?.name === "TimeoutError" ? "timeout" : "unreachable";
  if (error?.name !== "TimeoutError" && !(error instanceof TypeError)) console.error(error);
  return new Problem(0, { code, title: "No answer" });
}

/** Fills and shows a problem box; `retry`, when given, becomes a button. */
export function showProblem(box, error, retry) {
  const problem = asProblem(error);
  const facts = [problem.code, problem.requestId && `request ${problem.requestId}`].filter(Boolean).join(" · ");
  box.replaceChildren(make("p", {}, problem.sentence()), make("p", { class: "facts" }, facts));
  if (retry) {
    const again = make("button", { type: "button", class: "quiet" }, "Try again");
    again.addEventListener("click", retry);
    box.append(again);
  }
  box.hidden = false;
}

/** Empties and hides a problem box. */
export function clearProblem(box) {
  box.hidden = true;
  box.replaceChildren();
}
