import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ipv6Groups } from '../../wiring/ipv6-groups.ts';

/** A table of many sockets takes the kernel long to write: it is read for this part of the time at most. */
const SHARE = 1 / 10;
/** Milliseconds between two readings at least. */
const REST = 50;

interface Reading {
  /** `performance.now()` before it. */
  readonly began: number;
  /** What is not acknowledged, in hexadecimal, by both ends of the connection as the table writes them; others have nothing. */
  readonly queues: ReadonlyMap<string, string> | undefined;
}

/** One of the kernel's tables of TCP sockets, read on demand; one reading serves all who wait for it. */
class SocketTable {
  readonly #path: string;
  #reading: Promise<Reading> | undefined;
  #rested: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** As it is some time from now; undefined where there is none. */
  async now(): Promise<ReadonlyMap<string, string> | undefined> {
    const asked = performance.now();
    for (;;) {
      const { began, queues } = await (this.#reading ?? this.#read());
      if (began >= asked) return queues;
      await this.#rested;
    }
  }

  #read(): Promise<Reading> {
    const began = performance.now();
    const reading = readFile(this.#path).then(
      (table) => ({ began, queues: queuesOf(table) }),
      () => ({ began, queues: undefined }),
    );
    this.#reading = reading;
    this.#rested = this.#rest(reading);
    return reading;
  }

  async #rest(reading: Promise<Reading>): Promise<void> {
    const { began } = await reading;
    await delay(Math.max(REST, (performance.now() - began) / SHARE), undefined, { ref: false });
    this.#reading = undefined;
  }
}

/**
 * How many bytes written to a socket its peer's kernel has not acknowledged. Only Linux says so, in /proc, and only for all
 * sockets at once. (`self` is the process, whichever thread reads.)
 */
export class KernelSendQueues {
  readonly #ipv4 = new SocketTable('/proc/self/net/tcp');
  readonly #ipv6 = new SocketTable('/proc/self/net/tcp6');

  /** Some time from now; 0 for a socket that is gone, undefined where the kernel does not say. */
  async unacknowledged(socket: Socket): Promise<number | undefined> {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    if (localAddress === undefined || remoteAddress === undefined) return 0;
    const queues = await (localAddress.includes(':') ? this.#ipv6 : this.#ipv4).now();
    if (queues === undefined) return undefined;
    const ends = `${end(localAddress, localPort)} ${end(remoteAddress, remotePort)}`;
    return Number.parseInt(queues.get(ends) ?? '0', 16);
  }
}

const LINE_FEED = 0x0a;
const STATE = ' 01 '.length;
const QUEUE = 8;
const NOTHING = '0'.repeat(QUEUE);

/** Each line is `number: end end state queue:...`; the first one has the names of the columns. */
function queuesOf(table: Buffer): Map<string, string> {
  const queues = new Map<string, string>();
  let line = table.indexOf(LINE_FEED) + 1;
  while (line > 0 && line < table.length) {
    const ends = table.indexOf(': ', line) + 2;
    const width = 2 * (table.indexOf(' ', ends) - ends) + 1;
    const queue = ends + width + STATE;
    const text = table.toString('latin1', queue, queue + QUEUE);
    if (text !== NOTHING) queues.set(table.toString('latin1', ends, ends + width), text);
    line = table.indexOf(LINE_FEED, queue) + 1;
  }
  return queues;
}

/** As the kernel writes an end of a connection: words of 32 bits in the byte order of the machine, and the port. */
function end(address: string, port = 0): string {
  const bytes = address.includes(':') ? ipv6Bytes(address) : ipv4Bytes(address);
  const words = endianness() === 'LE' ? bytes.swap32() : bytes;
  return `${words.toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

function ipv4Bytes(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

function ipv6Bytes(text: string): Buffer {
  const groups = ipv6Groups(text).map((group) => group.padStart(4, '0'));
  return Buffer.from(groups.join(''), 'hex');
}
