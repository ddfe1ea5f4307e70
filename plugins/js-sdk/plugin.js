// A plugin's life: what it says of itself, and its config. Never keeps a config that was refused.

import { schemaOf, settings } from "./config.js";

/**
 * A plugin: `const plugin = definePlugin({ name, version, description, config, codes, configure })`, then `export
 * const { lifecycle } = plugin`. `config` names each key with its reader, `codes` lists every code of the policy's
 * own, `configure` may check what was read, or return something else to be `plugin.config`.
 */
export function definePlugin({ name, version, description, config = {}, codes = [], configure = (given) => given }) {
  const plugin = {
    config: undefined,
    lifecycle: {
      describe: () => ({ name, version, description, configSchema: JSON.stringify(schemaOf(config, codes)) }),
      configure(json) {
        const given = settings(json, config);
        plugin.config = configure(given) ?? given;
      },
    },
  };
  return plugin;
}
