// The request this call is about. Everything comes from the client and is unverified, except attributes. Never holds a
// handle: each call asks the gateway, and what is absent is `undefined`.

import gateway from "witgate:policy/request@0.2.0";

import { decoded } from "./bytes.js";

/** The method in upper case, such as "GET". */
export const method = () => gateway.method();

/** The one canonical path that routing, policies and the upstream see; without the query. */
export const path = () => gateway.path();

/** The name of the matched route in gateway.toml. */
export const route = () => gateway.route();

/** The first value of a header, its name in any case; `undefined` where it is absent or no UTF-8. */
export const header = (name) => decoded(gateway.header(name));

/** Every value of a header, in the order received; `undefined` stands for one that is no UTF-8. */
export const headerValues = (name) => gateway.headerValues(name).map(decoded);

/** The first value of a query parameter, percent-decoded. */
export const queryParam = (name) => gateway.queryParam(name) ?? undefined;

/** The host and port that the client asked for. */
export const authority = () => gateway.authority();

/** The IP address of the peer, without a port. */
export const peerAddress = () => gateway.peerAddress();

/** A fact that an earlier policy left ("tenant"), or a path parameter of the route ("path.id"). */
export const attribute = (name) => gateway.attribute(name) ?? undefined;
