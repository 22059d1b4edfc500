/**
 * What the bytes that a connection holds are for, in the order in which they go when memory is spent:
 *
 *   pipelined  sent after a request that is still being answered: nothing waits for them
 *   head       a part of a request head: no pod is known yet
 *   unsent     a body whose pod has not connected yet, or that is still being collected
 *   taken      a body that goes to a pod, or a tunnel: never ended for another client
 */
export type Holding = 'pipelined' | 'head' | 'unsent' | 'taken';

const ORDER = ['pipelined', 'head', 'unsent'] as const satisfies readonly Holding[];

/** A connection that holds bytes of requests. */
export interface Holder {
  /** Whose they are, see `clientNetwork`. */
  readonly network: string;
  /** Bytes that it holds, as it has reported. */
  bytes: number;
  /** Its place among the holders; -1: none. */
  holderSeat: number;
  /** Rises from holder to holder: when it began to hold bytes, or some of them were taken last. */
  takenAt: number;
  readonly holding: Holding;
  /** Reports again how many it holds: a socket below its high-water mark does not say when bytes have left it. */
  count(): void;
  /** Gives up the bytes, and the request that they belong to. */
  shed(): void;
}

interface Client {
  bytes: number;
  readonly holders: Holder[];
}

/**
 * Chooses who gives up bytes to free `needed` of them: kind after kind, of each kind first the clients that hold most of it,
 * and of a client first what has lain there longest. A client loses no more than what brings it down to the next one.
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
  for (const kind of ORDER) {
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

/** Those that hold most first, and of equals the one whose bytes have lain longest; the holders of each in that order too. */
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

/** The number of bytes that every client may keep when those above it give `needed`; `clients` in descending order. */
function levelOf(clients: readonly Client[], needed: number): number {
  let above = 0;
  for (const [index, { bytes }] of clients.entries()) {
    above += bytes;
    const next = clients[index + 1]?.bytes ?? 0;
    if (above - next * (index + 1) >= needed) return (above - needed) / (index + 1);
  }
  return 0;
}
