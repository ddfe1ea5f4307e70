// A router in JavaScript: a tenant's own upstream, and the path below /v2 for who asks for it. Never for production.

import {
  Refusal,
  Selection,
  claims,
  definePlugin,
  request,
  required,
  role,
  text,
} from "../../../plugins/js-sdk/witgate.js";

const plugin = definePlugin({
  name: "js-router",
  version: "0.1.0",
  description: "Chooses the upstream by tenant",
  config: { tenant: required(text), upstream: required(text) },
  codes: ["tenant_banned"],
});

export const { lifecycle } = plugin;

export const router = role({
  select() {
    const tenant = claims.get("tenant");
    if (tenant === "banned") return Refusal.notFound("tenant_banned", "There is nothing here.");
    const path = request.queryParam("api") === "2" ? `/v2${request.path()}` : undefined;
    const attributes = { tenant: tenant ?? "none" };
    if (tenant !== plugin.config.tenant && path === undefined) return Selection.default;
    return Selection.to(plugin.config.upstream, { path, attributes });
  },
});
