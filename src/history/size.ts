import type { EndpointRecord } from '../boundary/delta.ts';
import type { HistoryEntry } from '../boundary/history.ts';
import type { Undo } from './table-copy.ts';

/**
 * Estimated sizes in bytes, rather too high: an object with a few fields or a list (which grows by more than it needs),
 * a number in a list, an endpoint record, a digest.
 */
const OBJECT_BYTES = 104;
const NUMBER_BYTES = 8;
const RECORD_BYTES = 256;
const DIGEST_BYTES = 96;

/** Records processed between two yields. */
const YIELD_EVERY = 1_024;

/** Estimates the memory of an entry and of its undo, in bytes. Yields after every bounded piece of work. */
export function* sizeOf(
  entry: HistoryEntry,
  undo: Undo,
): Generator<void, { readonly entry: number; readonly undo: number }> {
  return { entry: sizeOfEntry(entry), undo: yield* sizeOfUndo(undo) };
}

function sizeOfEntry({ causes, routes, endpoints, keys, certificates, rejections }: HistoryEntry): number {
  const names = [...routes.added, ...routes.removed];
  const pods = [...endpoints.added, ...endpoints.removed, ...endpoints.changed];
  const refused = [...rejections.appeared, ...rejections.gone];
  return (
    8 * OBJECT_BYTES +
    sum(causes, ({ namespace, name }) => OBJECT_BYTES + namespace.length + name.length) +
    sum(names, ({ host, path }) => OBJECT_BYTES + host.length + path.length) +
    sum(
      pods,
      ({ namespace, pod, options }) =>
        2 * OBJECT_BYTES +
        namespace.length +
        pod.length +
        (options === undefined ? 0 : options.was.length + options.now.length),
    ) +
    sum(Object.keys(keys), (it) => OBJECT_BYTES + it.length) +
    sum(certificates, (it) => NUMBER_BYTES + it.length) +
    sum(
      refused,
      ({ namespace, name, detail }) => OBJECT_BYTES + namespace.length + name.length + detail.length,
    )
  );
}

function* sizeOfUndo({ routes, endpoints, sets, keys, certificates }: Undo): Generator<void, number> {
  const sizes = [
    yield* sumOf(routes, ([{ host, path }]) => 2 * OBJECT_BYTES + host.length + path.length),
    yield* sumOf(endpoints, ([, record]) => OBJECT_BYTES + (record === undefined ? 0 : sizeOfRecord(record))),
    yield* sumOf(sets, ([, members]) => 2 * OBJECT_BYTES + NUMBER_BYTES * members.length),
    yield* sumOf(keys, ([namespace, state]) => {
      return (
        2 * OBJECT_BYTES +
        namespace.length +
        (typeof state === 'string' ? 0 : DIGEST_BYTES * state.digests.length)
      );
    }),
    yield* sumOf(certificates, (it) => NUMBER_BYTES + it.length),
  ];
  return 6 * OBJECT_BYTES + sum(sizes, (it) => it);
}

/** Options count several times: podway also keeps the values that it reads from them, of about the same length. */
function sizeOfRecord({ uid, namespace, pod, address, options }: EndpointRecord): number {
  const texts = uid.length + namespace.length + pod.length + address.length;
  return RECORD_BYTES + texts + 4 * (options?.text.length ?? 0);
}

function sum<T>(all: readonly T[], weigh: (item: T) => number): number {
  return all.reduce((total, it) => total + weigh(it), 0);
}

/** The same, with yields. */
function* sumOf<T>(all: readonly T[], weigh: (item: T) => number): Generator<void, number> {
  let total = 0;
  for (const [at, item] of all.entries()) {
    total += weigh(item);
    if (at % YIELD_EVERY === YIELD_EVERY - 1) yield;
  }
  return total;
}
