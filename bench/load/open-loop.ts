// Requests at a fixed rate that does not depend on the answers. The latency of a request counts from the time when it
// was due, so that a stall of a proxy counts for every request that waited because of it (no coordinated omission).
import { type Socket, connect } from 'node:net';
import { once } from 'node:events';
import { AnswerReader } from './answer-reader.ts';
import { pace } from './pacer.ts';
import { Pauses } from './pauses.ts';
import { Percentiles } from './percentiles.ts';
import { type Target, finish, microseconds, readOptions } from './target.ts';

export interface OpenLoopOptions {
  readonly target: Target;
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
  /** Every request has its number as the query of its target. */
  readonly numbered?: boolean;
}

/** Microseconds: requests are due in small groups, one group for each tick. */
const TICK = 250;
const WARM_UP = 0.5;
/** Microseconds to wait for answers after the last request was due. */
const ANSWER_TIMEOUT = 2_000_000;
/** Microseconds without a tick, after which this thread counts as blocked. */
const LONGEST_PAUSE = 1_000;

/** A connection that carries one request at a time. */
class Connection {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #due = 0;

  constructor(socket: Socket, onAnswer: (connection: Connection, due: number, status: number) => void) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.#reader.take(chunk)) onAnswer(this, this.#due, this.#reader.status);
    });
  }

  send(request: string, due: number): void {
    this.#due = due;
    this.#socket.write(request, 'latin1');
  }
}

const { target, rate, seconds, connections, numbered = false } = readOptions() as OpenLoopOptions;
const idle: Connection[] = [];
const waiting: number[] = [];
const answers: { readonly due: number; readonly at: number }[] = [];
const lags = new Percentiles();
let errors = 0;
let answered = 0;
let scheduled = 0;
let sent = 0;
let ended = false;

for (let at = 0; at < connections; at += 1) {
  const socket = connect({ host: target.address, port: target.port, noDelay: true });
  await once(socket, 'connect');
  for (const event of ['error', 'end'] as const) socket.on(event, () => (errors += 1));
  idle.push(new Connection(socket, onAnswer));
}

const start = Math.ceil(microseconds() / TICK) * TICK + 50_000;
const countedFrom = start + WARM_UP * 1e6;
const total = Math.floor(rate * (WARM_UP + seconds));
const end = start + (WARM_UP + seconds) * 1e6;
const pauses = new Pauses(start, LONGEST_PAUSE);
const stop = pace(start, TICK, sendDue);

function nextRequest(): string {
  sent += 1;
  return `GET ${target.path}${numbered ? `?${sent}` : ''} HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`;
}

/** The tick at which request number `index` is due. */
function dueAt(index: number): number {
  return start + Math.ceil(((index / rate) * 1e6) / TICK) * TICK;
}

function sendDue(): void {
  const now = microseconds();
  pauses.tick(now);
  for (; scheduled < total && dueAt(scheduled) <= now; scheduled += 1) {
    const due = dueAt(scheduled);
    lags.add(now - due);
    const connection = idle.shift();
    if (connection === undefined) waiting.push(due);
    else connection.send(nextRequest(), due);
  }
  if (answered === total || now > end + ANSWER_TIMEOUT) void finishRun();
}

function onAnswer(connection: Connection, due: number, status: number): void {
  answered += 1;
  if (due >= countedFrom) answers.push({ due, at: microseconds() });
  if (status !== 200) errors += 1;
  const next = waiting.shift();
  if (next === undefined) idle.push(connection);
  else connection.send(nextRequest(), next);
}

async function finishRun(): Promise<void> {
  if (ended) return;
  ended = true;
  await stop();
  const latencies = new Percentiles();
  const undisturbed = new Percentiles();
  for (const { due, at } of answers) {
    latencies.add(at - due);
    if (!pauses.overlaps(due, at)) undisturbed.add(at - due);
  }
  const [p50 = 0, p99 = 0, p999 = 0] = latencies.at(0.5, 0.99, 0.999);
  const [undisturbed99 = 0] = undisturbed.at(0.99);
  const [lag = 0] = lags.at(0.99);
  errors += total - answered;
  finish({
    operations: answered,
    seconds: WARM_UP + seconds,
    errors,
    p50,
    p99,
    p999,
    undisturbed99,
    lag,
    rate,
  });
}
