import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawResponse } from './raw-client.ts';
import { startScene, type Scene, type SceneSpec } from './scene.ts';

/** A head: a start line and field lines, each ended by CRLF, and the empty line. */
export function head(start: string, ...lines: string[]): string {
  return [start, ...lines, '', ''].join('\r\n');
}

/** A GET of the host that most scenes route. */
export function get(target: string, ...lines: string[]): string {
  return head(`GET ${target} HTTP/1.1`, 'Host: t.local', ...lines);
}

export function post(target: string, body: string, ...lines: string[]): string {
  return head(`POST ${target} HTTP/1.1`, 'Host: t.local', `Content-Length: ${body.length}`, ...lines) + body;
}

/** A body as chunks, with the last one. */
export function chunked(...chunks: string[]): string {
  return `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
}

/** What the router has to write for a request line and these field lines, and a body behind them; see `sameForAll`. */
export function forwarded(start: string, fields: readonly string[] = ['Host: t.local'], body = ''): string {
  const host =
    fields
      .find((field) => field.toLowerCase().startsWith('host:'))
      ?.slice(5)
      .trim() ?? '';
  return (
    head(
      `${start} HTTP/1.1`,
      ...fields,
      'X-Podway-Hops: <hop>',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: http',
      `X-Forwarded-Host: ${host}`,
      `X-Forwarded-Port: ${/:(\d+)$/.exec(host)?.[1] ?? 80}`,
      'X-Request-Id: <id>',
    ) + body
  );
}

/** The two values that differ by route or from run to run, and only where the router writes them. */
export function sameForAll(bytes: string): string {
  return bytes
    .replaceAll(/\r\nX-Podway-Hops: (?:rig|[0-9a-f]{12})\/[0-9a-f]{8}\r\n/g, '\r\nX-Podway-Hops: <hop>\r\n')
    .replace(/\r\nX-Request-Id: [0-9a-f]{24}\r\n\r\n/g, '\r\nX-Request-Id: <id>\r\n\r\n');
}

/** What a pod gets of a request with nothing in it that belongs to the hop, the router or the key: the lines as they are. */
function asSent(bytes: string): string {
  const end = bytes.indexOf('\r\n\r\n');
  const [start = '', ...lines] = bytes.slice(0, end).split('\r\n');
  return forwarded(start.replace(/ HTTP\/1\.[01]$/, ''), lines, bytes.slice(end + 4));
}

export interface ExchangeCase {
  /** The row of behaviour or hazard that it comes from, and what is special. */
  readonly name: string;
  readonly send: string;
  /** `closed`: the connection ends without one byte. Several statuses: any of them will do. */
  readonly status: number | readonly number[] | 'closed';
  /** The origin that answers; when absent, the router answers and no byte and no connection reaches any origin. */
  readonly origin?: string;
  /** Exactly the bytes that the origin gets, as `forwarded` writes them; default: as sent. No other origin gets any. */
  readonly upstream?: string;
  /** What becomes of the client connection; default: kept. */
  readonly after?: 'kept' | 'closed';
  readonly also?: (response: RawResponse) => void;
}

/** Runs every case on a client connection of its own against one scene. */
export async function checkExchanges(title: string, spec: SceneSpec, cases: readonly ExchangeCase[]) {
  await test(title, async (t) => {
    await using scene = await startScene(spec);
    for (const one of cases) await t.test(one.name, () => check(scene, one));
  });
}

async function check(scene: Scene, one: ExchangeCase): Promise<void> {
  const before = scene.traffic();
  const recording = scene.record();
  using client = await scene.client();
  if (one.status === 'closed') {
    void client.send(one.send);
    assert.equal((await client.closed()).received.toString('latin1'), '');
    assert.equal(scene.traffic(), before, 'nothing upstream');
    return;
  }
  const response = await client.exchange(one.send);
  const allowed = typeof one.status === 'number' ? [one.status] : one.status;
  assert.ok(allowed.includes(response.status), `${response.head.start}, expected ${allowed.join(' or ')}`);
  checkAuthor(one, response);
  const received = Object.entries(recording()).map(([name, bytes]) => [name, sameForAll(bytes)]);
  const expected = one.origin === undefined ? [] : [[one.origin, one.upstream ?? asSent(one.send)]];
  assert.deepEqual(received, expected, 'what pods received');
  if (one.origin === undefined) assert.equal(scene.traffic(), before, 'nothing upstream');
  one.also?.(response);
  if (one.after === 'closed') await client.closed();
  else await checkKept(response, () => client.exchange(get('/kept')));
}

function checkAuthor(one: ExchangeCase, response: RawResponse): void {
  const reason = response.value('x-podway-reason');
  if (one.origin === undefined) {
    assert.match(reason ?? '', /^[a-z][a-z-]*$/, 'the router says why');
    return;
  }
  assert.equal(reason, undefined, 'the origin answers');
  assert.equal(response.value('x-origin'), one.origin);
}

async function checkKept(response: RawResponse, again: () => Promise<RawResponse>): Promise<void> {
  assert.notEqual(response.value('connection'), 'close');
  assert.ok((await again()).status > 0);
}
