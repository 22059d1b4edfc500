import { deliver, type SourceEvent } from '../../cluster/kinds.ts';
import type { KindTable } from '../../cluster/kind.ts';
import { followedTlsSecrets } from '../../config/certificates.ts';
import type { Config } from '../../config/load.ts';
import type { Machine } from '../../config/machine.ts';
import { claimOptions } from '../../control/claim-options.ts';
import { Inventory, type Listing } from '../../inventory/inventory.ts';
import { makeTable, type Table, type TableParts } from '../../whatif/table.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import type { UnselectedPod } from '../../wiring/pod.ts';
import { certificateTexts, settleCertificates } from '../check-certificates.ts';

/** Objects by the name of their kind in the table of kinds. */
export type Rows = ReadonlyMap<string, Iterable<ObjectId>>;

export interface TableOptions {
  readonly config: Config;
  readonly machine: Machine;
  /** Whether to check addresses of pods as a router in the cluster does. */
  readonly inCluster: boolean;
}

export interface TablePods extends Pick<TableParts, 'backendOf' | 'countOf'> {
  /** Pods with podway's annotations that the label selector excludes: their label is misspelt or absent. */
  readonly unselected: readonly UnselectedPod[];
}

export interface SettledTable {
  readonly listing: Listing;
  readonly table: Table;
}

/** The route table that a router makes of these objects when it has all of them. `keysKnown`: the objects include Secrets. */
export async function settledTable(
  rows: Rows,
  kinds: KindTable,
  { config, machine, inCluster }: TableOptions,
  how: TablePods & { readonly keysKnown: boolean },
): Promise<SettledTable> {
  // The addresses of this machine are irrelevant to a router in the cluster.
  const where = { ...machine, addresses: [] };
  const inventory = new Inventory({
    ...config,
    ...claimOptions(config, where, inCluster),
    secretName: config.apiKeySecretLocation.name,
    keysNeedProof: false,
    keysOutliveSecrets: false,
    tlsSecrets: followedTlsSecrets(config),
  });
  const emit = (kind: string, event: SourceEvent['event']) =>
    deliver(inventory, { kind, event, receivedAt: 0 } as SourceEvent);
  for (const kind of new Set(['secrets', ...Object.keys(kinds)])) {
    emit(kind, { type: 'init' });
    for (const object of rows.get(kind) ?? []) emit(kind, { type: 'init-apply', object });
    emit(kind, { type: 'init-done' });
  }
  inventory.unselected.replace(how.unselected);
  inventory.takeDelta(Date.now());
  await settleCertificates(inventory, config);
  const listing = inventory.listing();
  const { keys } = inventory.whole();
  const table = makeTable({
    listing,
    keys: how.keysKnown ? new Map(keys.map((it) => [it.namespace, it])) : undefined,
    certificates: certificateTexts(listing),
    backendOf: how.backendOf,
    countOf: how.countOf,
  });
  return { listing, table };
}
