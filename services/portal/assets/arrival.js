// How the browser came back from signing in. The portal says it in the fragment, which is taken out of the address here.

import { Problem, isSignInProblem } from "./problems.js";

const SIGNED_IN = "#signed-in";
const PROBLEM = "#problem=";

/** `{ signedIn, problem }`: problem is a Problem or null. A code that this page has no sentence for is not shown. */
export function takeArrival() {
  const { hash } = location;
  const code = hash.startsWith(PROBLEM) ? hash.slice(PROBLEM.length) : null;
  if (hash === SIGNED_IN || code !== null) history.replaceState(null, "", location.pathname);
  return { signedIn: hash === SIGNED_IN, problem: code !== null && isSignInProblem(code) ? new Problem(0, { code }) : null };
}
