import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ipv6Groups } from '../../wiring/ipv6-groups.ts';

/** The kernel needs a long time to write a table of many sockets, so podway reads it for at most this part of the time. */
const MAX_TIME_SHARE = 1 / 10;
/** Minimum time between two readings, in milliseconds. */
const MIN_READ_INTERVAL = 50;

interface Reading {
  /** `performance.now()` before the reading. */
  readonly began: number;
  /**
   * Unacknowledged bytes in hexadecimal, by both ends of the connection as the table writes them. A connection without
   * such bytes has no entry. Undefined if there is no table.
   */
  readonly queues: ReadonlyMap<string, string> | undefined;
}

/** One of the kernel's tables of TCP sockets, read on demand. One reading serves all callers that wait for it. */
class SocketTable {
  readonly #path: string;
  #reading: Promise<Reading> | undefined;
  #rested: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The table at some moment after the call; undefined if there is none. */
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
    await delay(Math.max(MIN_READ_INTERVAL, (performance.now() - began) / MAX_TIME_SHARE), undefined, {
      ref: false,
    });
    this.#reading = undefined;
  }
}

/**
 * How many bytes written to a socket the peer's kernel has not acknowledged. Only Linux reports this, in /proc, and
 * only for all sockets at once. (`self` is the process, regardless of the thread that reads.)
 */
export class KernelSendQueues {
  readonly #ipv4 = new SocketTable('/proc/self/net/tcp');
  readonly #ipv6 = new SocketTable('/proc/self/net/tcp6');

  /**
   * The number at some moment after the call; 0 for a socket that is closed, undefined if the kernel does not report
   * it.
   */
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
const EMPTY_QUEUE = '0'.repeat(QUEUE);

/** Each line is `number: end end state queue:...`; the first one has the names of the columns. */
function queuesOf(table: Buffer): Map<string, string> {
  const queues = new Map<string, string>();
  let line = table.indexOf(LINE_FEED) + 1;
  while (line > 0 && line < table.length) {
    const ends = table.indexOf(': ', line) + 2;
    const width = 2 * (table.indexOf(' ', ends) - ends) + 1;
    const queue = ends + width + STATE;
    const text = table.toString('latin1', queue, queue + QUEUE);
    if (text !== EMPTY_QUEUE) queues.set(table.toString('latin1', ends, ends + width), text);
    line = table.indexOf(LINE_FEED, queue) + 1;
  }
  return queues;
}

/** Writes an end of a connection as the kernel does: 32-bit words in the byte order of the machine, and the port. */
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
