// `witgate:policy/outbound` of the mock. Never sends anything: what was not made up is denied, as a host that is not
// listed.

import { state } from "../state.js";

export default {
  send(request) {
    state().sent.push(request);
    const answer = state().answers[request.url] ?? "denied";
    if (typeof answer === "string") throw answer;
    return answer;
  },
};
