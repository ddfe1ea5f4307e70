// An authorizer: the tenant that the caller names must be the tenant of the token, and the token may need a scope.
// Never reads a tenant out of two headers, and never takes a claim that is no text for one.

import {
  allow, claim, deny, hasScope, headers, log, optional, required, role, settings, text,
} from "../js-sdk/witgate.js";

/** A header's name (RFC 9110 section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

let config;

export const lifecycle = {
  describe: () => ({
    name: "js-tenant-guard",
    version: "0.1.0",
    description: "Lets callers into the tenant of their token only",
    configSchema: null,
  }),

  configure(json) {
    config = settings(json, {
      header: required(headerName),
      claim: optional(text, "tenant"),
      scope: optional(text),
      "any-tenant-scope": optional(text),
    });
  },
};

export const authorizer = role({
  authorize() {
    if (config.scope !== undefined && !hasScope(config.scope)) {
      return deny(403, "scope_missing", "Your token lacks a scope.");
    }
    const named = headers(config.header);
    if (named.length > 1) return deny(400, "tenant_ambiguous", "Name one tenant.");
    if (!named[0]) return deny(400, "tenant_missing", "Name the tenant.");
    return mayEnter(named[0]) ? allow : elsewhere();
  },
});

function mayEnter(tenant) {
  const anyTenant = config["any-tenant-scope"];
  return claim(config.claim) === tenant || (anyTenant !== undefined && hasScope(anyTenant));
}

function elsewhere() {
  log("info", "denied", { code: "tenant_mismatch" });
  return deny(403, "tenant_mismatch", "This is another tenant than your token's.");
}

function headerName(value, key) {
  if (typeof value === "string" && HEADER_NAME.test(value)) return value;
  throw new Error(`${key}: must be the name of a header, such as "x-tenant"`);
}
