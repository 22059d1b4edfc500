import { randomBytes } from 'node:crypto';

/**
 * Creates the memory in which all workers count the rates of clients (see routing/rates/rate-table.ts): a seed, and slots for at
 * least `clients` clients.
 */
export function rateMemory(clients: number): SharedArrayBuffer {
  const slots = 2 ** Math.ceil(Math.log2(clients));
  const memory = new SharedArrayBuffer(8 * (1 + slots));
  new BigInt64Array(memory)[0] = randomBytes(8).readBigInt64LE();
  return memory;
}
