// `witgate:policy/log` of the mock. Never prints: a test reads `mock.logs()`.

import { state } from "../state.js";

export default {
  log: (level, message, fields) => void state().logs.push({ level, message, fields: Object.fromEntries(fields) }),
};
