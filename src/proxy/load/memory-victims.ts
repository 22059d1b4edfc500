/**
 * Why a connection holds bytes, in the order in which podway discards them when memory is used up:
 *
 *   pipelined  sent after a request that is still being answered: podway does not process them yet
 *   head       a part of a request head: no pod is known yet
 *   unsent     a body whose pod has not connected yet, or that podway is still collecting
 *   taken      a body that goes to a pod, or a tunnel: never ended for another client
 */
export type Holding = 'pipelined' | 'head' | 'unsent' | 'taken';

const EVICTION_ORDER = ['pipelined', 'head', 'unsent'] as const satisfies readonly Holding[];

/** A connection that holds bytes of requests. */
export interface Holder {
  /** The network of the client, see `clientNetwork`. */
  readonly network: string;
  /** Bytes that it holds, as reported last. */
  bytes: number;
  /** Its place among the holders; -1 if it has none. */
  holderIndex: number;
  /**
   * A number that rises from holder to holder. It is assigned when a holder begins to hold bytes, and when some are
   * taken.
   */
  takenAt: number;
  readonly holding: Holding;
  /** Reports again how many bytes it holds: a socket below its high-water mark does not report when bytes have left it. */
  count(): void;
  /** Discards the bytes, and the request to which they belong. */
  shed(): void;
}

interface Client {
  bytes: number;
  readonly holders: Holder[];
}

/**
 * Chooses holders that discard bytes, in order to free `needed` bytes: one kind after the other, within a kind first
 * the clients that hold most of it, and of a client first the bytes held longest. A client loses no more than what
 * brings it down to the next client.
 */
export function victims(holders: Iterable<Holder>, needed: number): Holder[] {
  const kinds = new Map<Holding, Holder[]>();
  for (const holder of holders) {
    const { holding } = holder;
    const others = kinds.get(holding);
    if (others === undefined) kinds.set(holding, [holder]);
    else others.push(holder);
  }
  const chosen: Holder[] = [];
  let missing = needed;
  for (const kind of EVICTION_ORDER) {
    for (const holder of chooseAmong(kinds.get(kind) ?? [], missing)) {
      chosen.push(holder);
      missing -= holder.bytes;
    }
  }
  return chosen;
}

function chooseAmong(holders: readonly Holder[], needed: number): Holder[] {
  if (needed <= 0 || holders.length === 0) return [];
  const clients = byClient(holders);
  const level = levelOf(clients, needed);
  const chosen: Holder[] = [];
  let missing = needed;
  for (const client of clients) {
    for (const holder of client.holders) {
      if (missing <= 0 || client.bytes <= level) break;
      chosen.push(holder);
      missing -= holder.bytes;
      client.bytes -= holder.bytes;
    }
  }
  return chosen;
}

/**
 * Clients that hold most come first; of equal clients, the one with the oldest bytes. The holders of a client: oldest
 * first.
 */
function byClient(holders: readonly Holder[]): Client[] {
  const clients = new Map<string, Client>();
  for (const holder of holders) {
    const client = clients.get(holder.network) ?? { bytes: 0, holders: [] };
    clients.set(holder.network, client);
    client.bytes += holder.bytes;
    client.holders.push(holder);
  }
  for (const { holders: own } of clients.values()) own.sort((a, b) => a.takenAt - b.takenAt);
  const oldest = ({ holders: [first] }: Client) => first?.takenAt ?? 0;
  return [...clients.values()].sort((a, b) => b.bytes - a.bytes || oldest(a) - oldest(b));
}

/**
 * The number of bytes that every client may keep if the clients above it give up `needed`; `clients` in descending
 * order.
 */
function levelOf(clients: readonly Client[], needed: number): number {
  let above = 0;
  for (const [index, { bytes }] of clients.entries()) {
    above += bytes;
    const next = clients[index + 1]?.bytes ?? 0;
    if (above - next * (index + 1) >= needed) return (above - needed) / (index + 1);
  }
  return 0;
}
