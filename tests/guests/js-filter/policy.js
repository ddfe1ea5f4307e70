// A filter in JavaScript: what the upstream learns of the caller, and what the client learns of the upstream. Never for
// production.

import {
  Action,
  HeaderOp,
  Refusal,
  claims,
  definePlugin,
  optional,
  request,
  role,
  text,
} from "../../../plugins/js-sdk/witgate.js";

const plugin = definePlugin({
  name: "js-filter",
  version: "0.1.0",
  description: "Stamps the plan on the request and the status on the response",
  config: { plan: optional(text, "basic") },
  codes: ["plan_forged"],
});

export const { lifecycle } = plugin;

export const filter = role({
  onRequest() {
    if (request.headerValues("x-plan").length > 0)
      return Refusal.badRequest("plan_forged", "The plan is not yours to say.");
    const plan = claims.get("/org/plan") ?? plugin.config.plan;
    return Action.forward([
      HeaderOp.set("x-plan", plan),
      HeaderOp.append("x-seen", "größe"),
      HeaderOp.remove("cookie"),
    ]);
  },

  onResponse: (status) => [HeaderOp.set("x-status", `${request.method()} ${status}`)],
});
