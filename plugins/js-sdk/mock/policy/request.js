// `witgate:policy/request` of the mock. Never a header by another name than the one asked for, in any case.

import { state } from "../state.js";

const headerValues = (name) =>
  state()
    .headers.filter(([known]) => known === name.toLowerCase())
    .map(([, value]) => value);

export default {
  method: () => state().method,
  path: () => state().path,
  route: () => state().route,
  header: (name) => headerValues(name)[0] ?? null,
  headerValues,
  queryParam: (name) => state().query.find(([known]) => known === name)?.[1] ?? null,
  authority: () => state().authority,
  peerAddress: () => state().peer,
  attribute: (name) => state().attributes[name] ?? null,
};
