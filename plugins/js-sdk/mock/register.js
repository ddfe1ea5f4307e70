// `node --import …/mock/register.js --test`: makes the imports of the gateway those of the mock. Never in a component.

import { register } from "node:module";

register("./hooks.js", import.meta.url);
