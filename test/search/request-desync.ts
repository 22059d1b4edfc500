import assert from 'node:assert/strict';
import net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { AccessRecord } from '../../src/boundary/access-record.ts';
import { get } from '../fixtures/check.ts';
import { ok, type OriginRequest } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import type { Stream } from './generate-stream.ts';
import { readWithAllParsers } from './parsers/all-parsers.ts';
import { type ReadMessage, readRequests, readResponses, valuesOf } from './parsers/strict-reader.ts';

/** What happened with one stream. */
interface PlayedStream {
  readonly stream: Stream;
  readonly received: string;
  readonly cleanEnd: boolean;
}

export interface SearchFigures {
  streams: number;
  /** Requests that a pod received completely. */
  accepted: number;
  /** Requests that a pod received in part. */
  broken: number;
}

const STREAMS_A_SCENE = 4000;
const AT_ONCE = 64;
const ORIGINS = ['open', 'keyed'];

/**
 * Sends every stream to a router and checks the bytes at pods and clients. Each client has its own loopback address, so
 * X-Forwarded-For, which no stream can influence, identifies the client of each request at a pod.
 */
export async function searchRequests(streams: Iterable<Stream>): Promise<SearchFigures> {
  const figures: SearchFigures = { streams: 0, accepted: 0, broken: 0 };
  let some: Stream[] = [];
  for (const stream of streams) {
    some.push(stream);
    if (some.length < STREAMS_A_SCENE) continue;
    await searchScene(some, figures);
    some = [];
  }
  if (some.length > 0) await searchScene(some, figures);
  return figures;
}

async function searchScene(streams: readonly Stream[], figures: SearchFigures): Promise<void> {
  await using scene = await startScene({
    pods: [
      { name: 'open', answer },
      { name: 'keyed', namespace: 'a', paths: '/app', answer },
    ],
    keys: { a: 'supersecret' },
    settings: { lingerTimeout: 20 },
  });
  const played = new Map<string, PlayedStream>();
  const waiting = streams.entries();
  const work = async (): Promise<void> => {
    for (const [index, stream] of waiting) {
      const address = `127.1.${index >> 8}.${index & 255}`;
      played.set(address, await play(scene, stream, address));
      if (index % 16 === 0) await probe(scene, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await scene.router.drain();
  for (const name of ORIGINS) {
    for (const connection of scene.origin(name).connections) await connection.closed();
  }
  await judge(scene, played, figures);
}

/** Responds with the request line. A request for `/early` is answered before its body is read. */
async function answer(request: OriginRequest): Promise<void> {
  if (!request.target.startsWith('/early')) await request.body;
  const text = ok(request.head.start);
  request.connection.socket.write(
    request.method === 'HEAD' ? text.slice(0, -request.head.start.length) : text,
  );
}

async function probe(scene: Scene, index: number): Promise<void> {
  const response = await scene.exchange(get(`/probe-${index}`));
  assert.equal(response.text, `GET /probe-${index} HTTP/1.1`, 'a probe gets its own response');
}

async function play(scene: Scene, stream: Stream, localAddress: string): Promise<PlayedStream> {
  const socket = net.connect({
    port: scene.router.port,
    host: '127.0.0.1',
    localAddress,
    noDelay: true,
    allowHalfOpen: true,
  });
  const received: Buffer[] = [];
  let cleanEnd = false;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on('data', (bytes: Buffer) => received.push(bytes));
  socket.on('end', () => {
    cleanEnd = true;
    socket.end();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve());
  let from = 0;
  for (const cut of [...stream.cuts, stream.bytes.length]) {
    socket.write(stream.bytes.slice(from, cut), 'latin1');
    from = cut;
    // Up to the time that a pod needs to answer the received requests.
    if (stream.cuts.length > 0) for (let left = cut % 16; left >= 0; left -= 1) await turn();
  }
  socket.end();
  await closed;
  return { stream, received: Buffer.concat(received).toString('latin1'), cleanEnd };
}

async function judge(scene: Scene, played: ReadonlyMap<string, PlayedStream>, figures: SearchFigures) {
  const texts = ORIGINS.flatMap((name) =>
    scene.origin(name).connections.map(({ reader }) => reader.received.toString('latin1')),
  );
  const upstream = new Map<string, ReadMessage>();
  for (const [at, { messages, rest }] of (await readWithAllParsers(texts)).entries()) {
    assert.notEqual(rest, 'bad', `pods got bytes that are not HTTP: ${JSON.stringify(texts[at])}`);
    if (rest === 'cut') figures.broken += 1;
    for (const message of messages) upstream.set(requestId(message), message);
  }
  const records = Map.groupBy(scene.router.log, ({ clientAddress }) => clientAddress);
  for (const [address, one] of played) {
    figures.streams += 1;
    figures.accepted += judgeStream(one, records.get(address) ?? [], upstream);
  }
  records.delete('127.0.0.1');
  for (const [id, { start }] of upstream) {
    if (!start.startsWith('GET /probe-')) assert.fail(`no client requested ${start} (${id})`);
  }
}

function requestId({ fields }: ReadMessage): string {
  const ids = valuesOf(fields, 'x-request-id');
  assert.equal(ids.length, 1);
  return ids[0] ?? '';
}

/** Checks the requests that pods got of the stream, and removes them from `upstream`. Returns the number of complete ones. */
function judgeStream(
  one: PlayedStream,
  records: readonly AccessRecord[],
  upstream: Map<string, ReadMessage>,
): number {
  const context = (): string => `${one.stream.name}: ${JSON.stringify(one.stream.bytes)}`;
  const parsed = readRequests(one.stream.bytes).messages;
  const answers = readResponses(
    one.received,
    records.map(({ method }) => method),
    one.cleanEnd,
  ).messages;
  let accepted = 0;
  for (const [at, record] of records.entries()) {
    const forwarded = upstream.get(record.requestId);
    if (forwarded === undefined) continue;
    upstream.delete(record.requestId);
    accepted += 1;
    const meant = parsed[at];
    assert.ok(meant, `a pod got ${forwarded.start}, which is not in ${context()}`);
    const [method, target] = forwarded.start.split(' ');
    assert.deepEqual([method, target, forwarded.body], asForwarded(meant), context());
    assert.deepEqual(valuesOf(forwarded.fields, 'host'), hostsOf(meant), context());
    const response = answers[at];
    if (record.status !== 200 || response === undefined) continue;
    assert.equal(response.start, 'HTTP/1.1 200 OK', context());
    if (method !== 'HEAD') assert.equal(response.body, forwarded.start, context());
  }
  return accepted;
}

/** The values of Host. In HTTP/1.0 an absolute target may give the host. */
function hostsOf({ start, fields }: ReadMessage): string[] {
  const hosts = valuesOf(fields, 'host');
  const authority = /^\S+ http:\/\/([^/? ]+)/i.exec(start)?.[1];
  return hosts.length === 0 && authority !== undefined ? [authority] : hosts;
}

/** Method, target and body; the target in origin form, with one slash at its start and escapes for 8-bit bytes. */
function asForwarded({ start, body }: ReadMessage): string[] {
  const [method = '', target = ''] = start.split(' ');
  const authority = /^[a-z]+:\/\/[^/?]*/i.exec(target)?.[0] ?? '';
  const path = `/${target.slice(authority.length)}`.replace(/^\/+/, '/');
  const escaped = path.replace(/[\x80-\xff]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
  return [method, escaped, body];
}
