import { loadConfig } from '../../src/config.ts';
import { claimOptions } from '../../src/control/claim-options.ts';
import type { InventoryOptions } from '../../src/routing/inventory.ts';

const MACHINE = { cores: 1, memory: 2 ** 30, openFiles: 1_024, sharesPorts: false };

/** As podway is without any setting, out of a folder: whatever is not there is known not to be. */
export const INVENTORY_OPTIONS: InventoryOptions = defaults();

function defaults(): InventoryOptions {
  const loaded = loadConfig({});
  if ('problems' in loaded) throw new Error(loaded.problems.join());
  return {
    ...loaded.config,
    ...claimOptions(loaded.config, MACHINE, false),
    secretName: loaded.config.apiKeySecret.name,
    keysNeedProof: false,
    keysOutliveSecrets: false,
  };
}
