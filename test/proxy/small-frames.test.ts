/** Bodies in HTTP/2 frames of one byte, which cost podway more than they carry. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { data } from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, OPENING, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { startScene } from '../fixtures/scene.ts';
import { unlessWide } from '../fixtures/wide.ts';
import { secureClient, startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

const certificates = await TestCertificates.untilExit({ t: { names: 'DNS:t.local' } });

/** Less than the window of a stream. */
const BODY = patternOf('small frames', 60_000);
const FRAMES = Buffer.concat(Array.from(BODY, (_, at) => data(1, BODY.subarray(at, at + 1))));
const spec = { pods: [{ name: 'a' }], settings: { http2Plain: true } };

test('a body in frames of one byte arrives whole over TLS', { skip: unlessWide }, async () => {
  await using scene = await startTlsScene(certificates, spec);
  const options = { ca: certificates.ca, servername: 't.local', ALPNProtocols: ['h2'] };
  const { client, stream } = await secureClient(scene, options);
  using _ = client;
  const fields = pseudo('POST').map(([name, value]): Field => [name, name === ':scheme' ? 'https' : value]);
  stream.write(Buffer.concat([...OPENING, headers(1, fields, 'more'), FRAMES, data(1, '', 'end')]));
  const request = await scene.origin('a').request();
  assert.ok((await request.body).content.equals(BODY));
});

test('a body in frames of one byte arrives whole over TCP, and a request that arrives after it is answered before it is read', async () => {
  await using scene = await startScene(spec);
  using other = await scene.client();
  using client = await scene.http2Client();
  await client.roundTrip();
  scene.router.snapshot();
  client.send(headers(1, pseudo('POST'), 'more'), FRAMES);
  await other.exchange(get('/'));
  const { downstream_received_bytes: received } = scene.router.snapshot().scalars;
  assert.ok(received < FRAMES.length / 2, `${received} of ${FRAMES.length} bytes are read`);
  client.send(data(1, '', 'end'));
  assert.equal((await client.answer(1)).text, 'a POST /');
  const posted = scene.origin('a').requests.find(({ method }) => method === 'POST');
  assert.ok((await posted?.body)?.content.equals(BODY));
});
