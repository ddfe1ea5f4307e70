// An authorizer: the tenant that the caller names must be the tenant of the token, and the token may need a scope.
// Never reads a tenant out of two headers, and never takes a claim that is no text for one.

import {
  Decision,
  Refusal,
  claims,
  definePlugin,
  described,
  log,
  oneOf,
  optional,
  refuse,
  request,
  required,
  role,
  text,
} from "../js-sdk/witgate.js";

/** A header's name (RFC 9110 section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const headerName = described({ type: "string", pattern: HEADER_NAME.source }, (value, key) =>
  typeof value === "string" && HEADER_NAME.test(value)
    ? value
    : refuse(key, 'must be the name of a header, such as "x-tenant"'),
);

const plugin = definePlugin({
  name: "js-tenant-guard",
  version: "0.1.0",
  description: "Lets callers into the tenant of their token only",
  config: {
    header: required(headerName),
    claim: optional(text, "tenant"),
    scope: optional(text),
    "any-tenant-scope": optional(text),
    // an allow would switch off the authorizers behind
    pass: optional(oneOf("abstain", "allow"), "abstain"),
  },
  codes: ["scope_missing", "tenant_ambiguous", "tenant_missing", "tenant_mismatch"],
});

export const { lifecycle } = plugin;

export const authorizer = role({
  authorize() {
    const { header, scope } = plugin.config;
    if (scope !== undefined && !claims.hasScope(scope)) {
      return Refusal.forbidden("scope_missing", "Your token lacks a scope.");
    }
    const named = request.headerValues(header);
    if (named.length > 1) return Refusal.badRequest("tenant_ambiguous", "Name one tenant.");
    if (!named[0]) return Refusal.badRequest("tenant_missing", "Name the tenant.");
    return mayEnter(named[0]) ? Decision[plugin.config.pass] : elsewhere();
  },
});

function mayEnter(tenant) {
  const { claim, "any-tenant-scope": anyTenant } = plugin.config;
  return claims.get(claim) === tenant || (anyTenant !== undefined && claims.hasScope(anyTenant));
}

function elsewhere() {
  log.info("denied", { code: "tenant_mismatch" });
  return Refusal.forbidden("tenant_mismatch", "This is another tenant than your token's.");
}
