// Idle WebSockets: the memory of each in the router's process.
import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from '../harness/process-tree.ts';
import { type Target, finish, microseconds, readOptions } from './target.ts';
import { openWebSocket } from './websocket.ts';

export interface WebSocketIdleOptions {
  readonly target: Target;
  readonly pairs: number;
  /** The router's process. */
  readonly pid: number;
}

/** Connections before the first measurement, so that code and data that a process loads once are not measured. */
const WARM_UP_SOCKETS = 200;
const AT_ONCE = 50;
/** Addresses of clients: podway lets one client use only a part of its connections. */
const CLIENTS = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
/** Milliseconds after the last handshake, in which the garbage collector may run. */
const SETTLE_TIME = 2_000;

const { target, pairs, pid } = readOptions() as WebSocketIdleOptions;
let errors = 0;

const start = microseconds();
await open(WARM_UP_SOCKETS);
await delay(SETTLE_TIME);
const before = residentBytes(pid);
await open(pairs - WARM_UP_SOCKETS);
await delay(SETTLE_TIME);
const after = residentBytes(pid);
const bytesPerPair = (after - before) / (pairs - WARM_UP_SOCKETS);
finish({ operations: pairs, seconds: (microseconds() - start) / 1e6, errors, bytesPerPair, pairs });

async function open(count: number): Promise<void> {
  let remaining = count;
  const next = async (): Promise<void> => {
    while (remaining > 0) {
      remaining -= 1;
      const socket = await openWebSocket(target, CLIENTS[remaining % CLIENTS.length]);
      for (const event of ['error', 'end'] as const) socket.on(event, () => (errors += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
