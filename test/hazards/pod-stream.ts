import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { COMMAND_PROTOCOLS } from '../../src/podstream/subprotocol.ts';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import type { Clock } from '../../src/cluster/clock.ts';
import { CommandSession } from '../../src/cluster/streams/command-session.ts';
import { openStream } from '../../src/cluster/streams/handshake.ts';
import type { Outcome } from '../../src/cluster/streams/outcome.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { closing, type Frame, on, type Peer, StreamServer } from '../fixtures/stream-server.ts';

export const SUCCESS = '{"metadata":{},"status":"Success"}';

export function exitCode(code: string): string {
  const details = { causes: [{ reason: 'ExitCode', message: code }] };
  return JSON.stringify({ metadata: {}, status: 'Failure', reason: 'NonZeroExitCode', details });
}

/** A server that answers with another status than 101, or with a malformed 101, and the result. */
export interface RefusalRow {
  /** The id of the row, and a description. */
  readonly name: string;
  /** The complete response; undefined: no response. */
  readonly answer?: () => string | undefined;
  readonly protocol?: string | null;
  /** Whether the time limit of the response ends after the request was sent. */
  readonly late?: boolean;
  /** The reason, and a pattern of the message. */
  readonly refused: readonly [ApiFailure['reason'], RegExp];
  readonly retryAfter?: number;
}

/** Runs every row against a separate server; podway makes only one connection. */
export async function checkRefusals(title: string, rows: readonly RefusalRow[]): Promise<void> {
  await describe(title, () => {
    for (const row of rows) void test(row.name, () => checkRefusal(row));
  });
}

async function checkRefusal({
  refused: [reason, words],
  retryAfter,
  late = false,
  ...row
}: RefusalRow): Promise<void> {
  await using server = await StreamServer.start(row);
  const clock = new TestClock();
  const refused = open(server, clock).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (late) {
    await server.asked;
    clock.advance(TIMEOUT);
  }
  const failure = await withTimeout(refused, 'a refusal');
  assert.ok(failure instanceof ApiFailure, String(failure));
  assert.equal(failure.reason, reason, failure.message);
  assert.match(failure.message, words);
  assert.match(failure.message, /^[\x20-\x7e]{1,800}$/);
  assert.doesNotMatch(failure.message, /hunter2/);
  assert.equal(failure.retryAfter, retryAfter);
  assert.equal(server.requests.length, 1);
}

const TIMEOUT = 30_000;

function open(server: StreamServer, clock: Clock) {
  return openStream(
    {
      server: server.url,
      headers: { Authorization: 'Bearer hunter2' },
      tls: {},
      proxy: undefined,
      timeout: TIMEOUT,
    },
    {
      call: {
        resource: { name: 'pods/exec', namespace: 'shop', labelSelector: undefined, objectName: undefined },
        verb: 'open',
      },
      target: '/api/v1/namespaces/shop/pods/web-0/exec?command=true&stdout=true',
      protocols: COMMAND_PROTOCOLS,
      clock,
      signal: new AbortController().signal,
    },
  );
}

/** A session with a server that a row controls, and a stopped clock. */
export interface StreamScene {
  readonly session: CommandSession;
  readonly peer: Peer;
  readonly clock: TestClock;
}

export interface StreamRow {
  readonly name: string;
  readonly protocol?: (typeof COMMAND_PROTOCOLS)[number];
  readonly tty?: boolean;
  /** The bytes that the server writes after the 101. */
  readonly writes?: readonly Uint8Array[];
  /** How it ends the stream; by default with a close frame of 1000. */
  readonly ends?: 'close' | 'fin' | 'reset' | 'not';
  /** Further steps; the outputs are read after them. */
  readonly meanwhile?: (scene: StreamScene) => unknown;
  /** The outcome as a text: see `inWords`. */
  readonly outcome: string | RegExp;
  readonly stdout?: string;
  readonly stderr?: string;
  /** The code of the close frame that the server gets. */
  readonly closed?: number;
  /** Exactly what the server gets on channels, in order: the channel and the bytes, as text. */
  readonly sent?: readonly string[];
}

/** Runs every row against a separate server. */
export async function checkStreams(title: string, rows: readonly StreamRow[]): Promise<void> {
  await describe(title, () => {
    for (const row of rows) void test(row.name, () => checkStream(row));
  });
}

async function checkStream(row: StreamRow): Promise<void> {
  const { protocol = 'v5.channel.k8s.io', tty = false, writes = [], ends = 'close' } = row;
  await using server = await StreamServer.start({ protocol });
  const clock = new TestClock();
  const opened = await open(server, clock);
  const streams = { stdin: true, stdout: true, stderr: !tty, tty };
  const session = new CommandSession(opened, streams, clock);
  const peer = await server.peer();
  peer.send(...writes);
  if (ends === 'close') peer.send(closing(1000));
  if (ends === 'fin') peer.socket.end();
  if (ends === 'reset') peer.socket.resetAndDestroy();
  await row.meanwhile?.({ session, peer, clock });
  const outputs = Promise.all([buffer(session.stdout), buffer(session.stderr)]);
  const outcome = inWords(await withTimeout(session.ended, 'the end of the session'));
  const [stdout, stderr] = await withTimeout(outputs, 'the ends of the outputs');
  if (typeof row.outcome === 'string') assert.equal(outcome, row.outcome);
  else assert.match(outcome, row.outcome);
  assert.equal(stdout.toString('latin1'), row.stdout ?? '');
  assert.equal(stderr.toString('latin1'), row.stderr ?? '');
  if (row.closed !== undefined) assert.equal(codeOf(await peer.received(isClose)), row.closed);
  if (row.sent !== undefined) {
    const messages = peer.frames.filter(({ opcode }) => opcode === 2);
    const sent = messages.map(({ payload }) => `${payload[0]} ${payload.subarray(1).toString('latin1')}`);
    assert.deepEqual(sent, row.sent);
  }
}

function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'exited':
      return `exited ${outcome.code}`;
    case 'failed':
      return `failed: ${outcome.message}`;
    case 'lost':
      return `lost: ${outcome.detail}`;
  }
}

export function isClose({ opcode }: Frame): boolean {
  return opcode === 8;
}

function codeOf({ payload }: Frame): number {
  return payload.readUInt16BE(0);
}

/** A successful end, in the form of real servers. */
export function successAfter(...messages: readonly Uint8Array[]): readonly Uint8Array[] {
  return [on(1), ...messages, on(3, SUCCESS)];
}
