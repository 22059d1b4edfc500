import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScalarCounter } from '../../src/proxy/counters.ts';
import { startBlackHole } from './black-hole.ts';
import { forwarded, get, sameForAll } from './check.ts';
import { within } from './inbox.ts';
import { podManifest } from './manifest.ts';
import type { OriginRequest } from './origin.ts';
import type { RawClient } from './raw-client.ts';
import { startScene, type Scene, type Site } from './scene.ts';
import type { SettingsOverrides } from './settings.ts';

/** What one side does, one step after the other. A string is latin1 bytes for the wire. */
export type Step =
  | string
  /** FIN behind all bytes, or RST. */
  | { readonly end: 'fin' | 'reset' }
  /** Waits for bytes: for a client exactly the next ones, for a pod anywhere in what its connection got. */
  | { readonly sees: string }
  /** Waits until the router has ended the connection, in this way or in any. */
  | { readonly gone: 'fin' | 'reset' | 'any' }
  /** A pod reads the request's body to its end. */
  | { readonly reads: 'body' }
  /** Tells the other sides that it has come this far, or waits until one of them has. */
  | { readonly mark: string }
  | { readonly when: string }
  /** Milliseconds: for rows about time, where nothing can be waited for. */
  | { readonly pause: number }
  /** A client goes on with a new connection; what the old one does is no matter. */
  | { readonly connection: 'new' };

export const FIN: Step = { end: 'fin' };
export const RST: Step = { end: 'reset' };
export const GONE: Step = { gone: 'any' };
export const BODY: Step = { reads: 'body' };
export const ANEW: Step = { connection: 'new' };
export const sees = (bytes: string): Step => ({ sees: bytes });
export const mark = (name: string): Step => ({ mark: name });
export const when = (name: string): Step => ({ when: name });
export const pause = (milliseconds: number): Step => ({ pause: milliseconds });

/** Each byte in a segment of its own. */
export const byteByByte = (bytes: string): readonly Step[] =>
  bytes.split('').flatMap((byte) => [byte, pause(0)]);

/** Counters that a row is about; one that it does not name has not moved. */
const WATCHED = [
  'downstream_connections_shed',
  'upstream_connect_failures',
  'upstream_retries',
  'upstream_ejections',
  'tunnels_opened',
] as const satisfies readonly ScalarCounter[];
type Watched = (typeof WATCHED)[number];

/** A pod: what it does for its first request, its second, and so on; further ones it answers with its name. */
export interface PodScript extends Pick<Site, 'paths' | 'namespace' | 'refuses' | 'address'> {
  /** It takes no connection and refuses none. */
  readonly blackHole?: true;
  readonly does?: readonly (readonly Step[])[];
  /** False: it does not answer a FIN with its own at once. */
  readonly endsWithPeer?: false;
}

export interface Conversation {
  /** The row, and what is special. */
  readonly name: string;
  readonly pods: Readonly<Record<string, PodScript>>;
  /** Namespace to the plain value of its key. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly settings?: SettingsOverrides;
  readonly client: readonly Step[];
  /**
   * By pod, exactly the bytes of each connection in the order of opening, or of all together where it is no matter which
   * connection carried what; a pod that is not named had none.
   */
  readonly upstream: Readonly<Record<string, readonly string[] | string>>;
  /**
   * What the router did with the client's connection: `kept` is shown by one more request, `open` is a tunnel, and of one
   * that the client itself has `left` nothing more is seen.
   */
  readonly after: 'kept' | 'closed' | 'reset' | 'open' | 'left';
  readonly moved?: Partial<Record<Watched, number>>;
  /** One a finished exchange: status, and the reason where the router had one. */
  readonly log?: readonly string[];
}

/** Runs every conversation against a scene of its own. */
export async function checkConversations(title: string, rows: readonly Conversation[]): Promise<void> {
  await test(title, async (t) => {
    for (const row of rows) await t.test(row.name, () => check(row));
  });
}

const PATIENCE = 8000;

/** How far the sides have come. */
class Marks {
  readonly #reached = new Map<string, PromiseWithResolvers<void>>();

  reach(name: string): void {
    this.#of(name).resolve();
  }

  wait(name: string): Promise<void> {
    return within(PATIENCE, `mark ${name}`, this.#of(name).promise);
  }

  #of(name: string): PromiseWithResolvers<void> {
    const known = this.#reached.get(name) ?? Promise.withResolvers<void>();
    this.#reached.set(name, known);
    return known;
  }
}

async function check(row: Conversation): Promise<void> {
  await using hole = await holeFor(row);
  const sites = Object.entries(row.pods)
    .filter(([, pod]) => pod.blackHole !== true)
    .map(([name, { paths, namespace, refuses, address }]) => ({
      name,
      ...(paths !== undefined && { paths }),
      ...(namespace !== undefined && { namespace }),
      ...(refuses !== undefined && { refuses }),
      ...(address !== undefined && { address }),
    }));
  await using scene = await startScene({
    pods: sites,
    ...(row.keys && { keys: row.keys }),
    ...(row.settings && { settings: row.settings }),
  });
  for (const [name, { blackHole }] of Object.entries(row.pods)) {
    if (blackHole !== true || hole === undefined) continue;
    scene.router.applyPod(podManifest({ name, hosts: 't.local', paths: '/', port: hole.port }));
  }
  const marks = new Marks();
  const scripts = Object.entries(row.pods).flatMap(([name, pod]) =>
    isDeaf(pod) ? [] : direct(scene, { name, pod, marks }),
  );
  using client = await play(scene, row, marks);
  for (const script of scripts) await within(PATIENCE, 'the end of a pod script', script());
  await checkAfter(row, client);
  checkUpstream(scene, row);
  const { scalars } = scene.router.snapshot();
  const moved = WATCHED.filter((name) => scalars[name] !== 0).map((name) => [name, scalars[name]]);
  assert.deepEqual(Object.fromEntries(moved), row.moved ?? {}, 'what moved');
  if (row.log !== undefined) {
    while (scene.router.log.length < row.log.length) await turn();
    const said = scene.router.log.map(({ status, reason }) => `${status} ${reason}`.trimEnd());
    assert.deepEqual(said, row.log, 'the log');
  }
  if (row.after === 'kept') await checkKept(client);
}

/** No connection reaches it. */
function isDeaf({ refuses, blackHole }: PodScript): boolean {
  return refuses === true || blackHole === true;
}

async function holeFor({
  pods,
}: Conversation): Promise<Awaited<ReturnType<typeof startBlackHole>> | undefined> {
  return Object.values(pods).some(({ blackHole }) => blackHole === true) ? startBlackHole() : undefined;
}

/** Has the origin follow its script; the functions returned wait for the end of one request's steps each. */
function direct(
  scene: Scene,
  { name, pod, marks }: { name: string; pod: PodScript; marks: Marks },
): (() => Promise<void>)[] {
  const origin = scene.origin(name);
  const introduce = origin.answer;
  origin.endsWithPeer = pod.endsWithPeer ?? true;
  const done = (pod.does ?? []).map(() => Promise.withResolvers<void>());
  let asked = 0;
  origin.answer = async (request) => {
    const steps = pod.does?.[asked];
    const ended = done[asked];
    asked += 1;
    if (steps === undefined) {
      assert.ok(typeof introduce === 'function');
      await introduce(request);
      return;
    }
    try {
      for (const step of steps) await act(step, request, marks);
      ended?.resolve();
    } catch (error) {
      ended?.reject(error);
    }
  };
  for (const { promise } of done) promise.catch(() => undefined);
  return done.map(
    ({ promise }) =>
      () =>
        promise,
  );
}

async function act(step: Step, request: OriginRequest, marks: Marks): Promise<void> {
  const { connection } = request;
  const { socket, inbox } = connection;
  if (typeof step === 'string') socket.write(Buffer.from(step, 'latin1'));
  else if ('end' in step) void (step.end === 'fin' ? socket.end() : socket.resetAndDestroy());
  else if ('sees' in step) {
    const seen = async (): Promise<void> => {
      while (!inbox.received.includes(step.sees, 0, 'latin1')) {
        assert.equal(inbox.ending, undefined, `ended before ${JSON.stringify(step.sees)}`);
        await turn();
      }
    };
    await within(PATIENCE, JSON.stringify(step.sees), seen());
  } else if ('gone' in step) await connection.closed();
  else if ('reads' in step) await request.body;
  else await common(step, marks);
}

async function common(step: Exclude<Step, string>, marks: Marks): Promise<void> {
  if ('mark' in step) marks.reach(step.mark);
  else if ('when' in step) await marks.wait(step.when);
  else if ('pause' in step) await sleep(step.pause);
  else assert.fail(`not a step of this side: ${JSON.stringify(step)}`);
}

/** Plays the client's part and returns the connection that it had last, with every byte of it read. */
async function play(scene: Scene, row: Conversation, marks: Marks): Promise<RawClient> {
  let client = await scene.client();
  let cursor = 0;
  for (const step of row.client) {
    if (typeof step === 'string') void client.send(step);
    else if ('end' in step) {
      if (step.end === 'fin') client.halfClose();
      else client.reset();
    } else if ('sees' in step) cursor = await expectBytes(client, cursor, step.sees);
    else if ('gone' in step) {
      const { ending } = await client.closed();
      if (step.gone !== 'any') assert.equal(ending, step.gone);
    } else if ('connection' in step) {
      client = await scene.client();
      cursor = 0;
    } else await common(step, marks);
  }
  if (row.after !== 'left') assert.equal(seenBy(client).slice(cursor), '', 'nothing behind it');
  return client;
}

/** Waits for exactly these bytes behind `cursor`, and returns where they end. */
async function expectBytes(client: RawClient, cursor: number, bytes: string): Promise<number> {
  const end = cursor + bytes.length;
  const arrived = async (): Promise<void> => {
    while (seenBy(client).length < end && client.inbox.ending === undefined) await turn();
  };
  await within(PATIENCE, JSON.stringify(bytes), arrived()).catch(() => undefined);
  assert.equal(seenBy(client).slice(cursor, end), bytes, 'what the client sees');
  return end;
}

/** What a client received, with the dates and ids that the router adds made the same for all. */
function seenBy(client: RawClient): string {
  return client.inbox.received
    .toString('latin1')
    .replaceAll(/\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/g, '\r\nDate: <date>\r\n')
    .replaceAll(/\r\nX-Request-Id: [0-9a-f]{24}\r\n/g, '\r\nX-Request-Id: <id>\r\n');
}

async function checkAfter({ after }: Conversation, client: RawClient): Promise<void> {
  if (after === 'closed' || after === 'reset') {
    const { ending } = await client.closed();
    assert.equal(ending, after === 'reset' ? 'reset' : 'fin', 'how the connection ended');
  } else if (after !== 'left') assert.equal(client.inbox.ending, undefined, 'the connection is open');
}

async function checkKept(client: RawClient): Promise<void> {
  client.inbox.unread();
  assert.ok((await client.exchange(get('/kept'))).status > 0, 'the connection is kept');
}

function checkUpstream(scene: Scene, row: Conversation): void {
  for (const name of Object.keys(row.pods)) {
    const pod = row.pods[name];
    if (pod === undefined || isDeaf(pod)) continue;
    const received = scene
      .origin(name)
      .connections.map(({ inbox }) => sameForAll(inbox.received.toString('latin1')));
    const expected = row.upstream[name] ?? [];
    assert.deepEqual(
      typeof expected === 'string' ? received.join('') : received,
      expected,
      `what ${name} received, by connection`,
    );
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What the client gets of a pod's answer: lines as the router writes them, the date first to be added last. */
export function relayed(status: string, lines: readonly string[], body = ''): string {
  return [`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n') + body;
}

/** What the router answers by itself. */
export function answered(
  status: string,
  reason: string,
  connection: 'close' | 'keep-alive' = 'keep-alive',
): string {
  const body = `${status}: ${reason}\n`;
  return relayed(
    status,
    [
      'Date: <date>',
      `X-Podway-Reason: ${reason}`,
      'X-Request-Id: <id>',
      ...(status.startsWith('503') ? ['Retry-After: 1'] : []),
      'Content-Type: text/plain',
      `Content-Length: ${body.length}`,
      ...(connection === 'close' ? ['Connection: close'] : []),
    ],
    body,
  );
}

/** The GET that most conversations begin with, and what a pod gets of it. */
export const GET = get('/');
export const FORWARDED = forwarded('GET /');
