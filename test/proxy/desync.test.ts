import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, METHODS } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { chunked, get, head } from '../rig/check.ts';
import type { OriginConnection } from '../rig/origin.ts';
import { startScene, type Scene } from '../rig/scene.ts';

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: t.local\r\n\r\n';
const RUNS = Number(process.env['DESYNC_RUNS'] ?? 100);
/** The same inputs in every short run, new ones in every long one. */
const SEED = RUNS > 100 ? Date.now() % 1_000_000_000 : 1;

/** Lines that desync attacks are made of: PortSwigger's permutations, http-garden, advisories. */
const LINES = [
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content_Length: 5',
  'Content-Length:\t5',
  'Content-Length : 5',
  'content-length: 41',
  'X: y\nContent-Length: 5',
  'Content-Length: 0x5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding:chunked',
  'Transfer-Encoding: Chunked',
  'transfer-encoding: gzip',
  'Transfer-Encoding : chunked',
  ' Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding:\r\n chunked',
  'X: y\rTransfer-Encoding: chunked',
  'Transfer_Encoding: chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked\0',
  'X: y\r\n\rX: z',
  'Connection: close',
  'Connection: keep-alive',
  'Connection: Content-Length',
  'Connection: Transfer-Encoding, Host',
  'Connection: Upgrade\r\nUpgrade: h2c',
  'Connection: Upgrade\r\nUpgrade: websocket',
  'Expect: 100-continue',
  'X-HTTP-Method-Override: POST',
  'Host: evil',
  'X-Pad: 1',
  ': v',
  'Trailer: Content-Length',
  'TE: trailers',
];
const BODIES = [
  '',
  '(abc)',
  chunked('(abc)'),
  `0\r\n\r\n${SMUGGLED}`,
  SMUGGLED,
  chunked(SMUGGLED),
  `5;x="\r\n"\r\n(abc)\r\n0\r\n\r\n`,
  `5\r\n(abc)\r\n0\r\nContent-Length: 5\r\n\r\n${SMUGGLED}`,
  `05\r\n(abc)\r\n00\r\n\r\n`,
];

const attack = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'),
    version: fc.constantFrom('1.1', '1.1', '1.1', '1.0'),
    lines: fc.array(fc.constantFrom(...LINES), { maxLength: 4 }),
    body: fc.constantFrom(...BODIES),
    twice: fc.boolean(),
  })
  .map(({ method, version, lines, body, twice }) => {
    const request = [`${method} /asked HTTP/${version}`, 'Host: t.local', ...lines, '', body].join('\r\n');
    return twice ? request + request : request;
  });

/** `METHOD target body`, one for each request, as a second parser reads what the router sent. */
async function readByNode(bytes: Buffer): Promise<string[]> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${Buffer.concat(parts).toString('latin1')}`);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  // Residue would swallow or spoil the last request.
  socket.write(
    Buffer.concat([bytes, Buffer.from(head('GET /end HTTP/1.1', 'Host: x', 'Connection: close'))]),
  );
  await once(socket, 'close');
  await new Promise((resolve) => server.close(resolve));
  return seen;
}

/** The same as the origin read them; undefined for a request that was broken off, always the last. */
async function readByOrigin({ requests }: OriginConnection): Promise<(string | undefined)[]> {
  return Promise.all(
    requests.map(({ method, target, body }) =>
      body.then(
        ({ content }) => `${method} ${target} ${content.toString('latin1')}`,
        () => undefined,
      ),
    ),
  );
}

async function run(scene: Scene, bytes: string): Promise<void> {
  using client = await scene.client();
  await client.send(bytes);
  client.halfClose();
  await client.closed();
}

test('I1: whatever comes in, pods get exactly the requests that the router accepted', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }], settings: { timeouts: { linger: 50 } } });
  let token = 0;
  await fc.assert(
    fc.asyncProperty(attack, async (bytes) => {
      await run(scene, bytes);
      token += 1;
      const probe = await scene.exchange(get(`/probe-${token}`));
      assert.equal(probe.text, `o1 GET /probe-${token}`, 'a probe gets its own answer');
    }),
    { numRuns: RUNS, seed: SEED },
  );
  let whole = 0;
  for (const connection of scene.origin('o1').connections) {
    const { received } = connection.inbox;
    const seen = await readByOrigin(connection);
    whole += seen.filter((request) => request !== undefined).length;
    // A broken request has no end, and Node's parser refuses methods that it does not know (`ET`, cut from `GET`).
    if (!connection.requests.every(({ method }) => METHODS.includes(method)) || seen.includes(undefined))
      continue;
    assert.deepEqual(await readByNode(received), [...seen, 'GET /end '], received.toString('latin1'));
  }
  // This origin answers whole requests only.
  assert.equal(whole, scene.router.log.filter(({ upstreamDuration }) => upstreamDuration >= 0).length);
});
