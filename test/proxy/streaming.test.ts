import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head } from '../fixtures/check.ts';
import { until, type Answer } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const EVENT = 'data: 0123\n\n';

/** A pod that sends the next event only after the client has received the last one. */
function stepwise(
  fields: string,
  framing: 'chunked' | 'length',
  count: number,
): { answer: Answer; next: () => void } {
  const gates = Array.from({ length: count }, () => Promise.withResolvers<void>());
  let opened = 0;
  const chunk = framing === 'chunked' ? `${EVENT.length.toString(16)}\r\n${EVENT}\r\n` : EVENT;
  const length =
    framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${EVENT.length * count}`;
  const answer = [
    `HTTP/1.1 200 OK\r\n${fields}${length}\r\n\r\n`,
    ...gates.flatMap(({ promise }) => [until(promise), chunk]),
    framing === 'chunked' ? '0\r\n\r\n' : '',
  ];
  return { answer, next: () => gates[opened++]?.resolve() };
}

const KINDS = [
  ['X-Accel-Buffering: no (P34)', 'X-Accel-Buffering: no\r\n'],
  ['X-Accel-Buffering: NO (P36)', 'X-Accel-Buffering: NO\r\n'],
  ['X-Accel-Buffering: yes (P36)', 'X-Accel-Buffering:  yes\r\n'],
  ['X-Accel-Buffering: maybe (P36)', 'X-Accel-Buffering: maybe\r\n'],
  ['an event stream (P35)', 'Content-Type: text/event-stream\r\n'],
  ['without a field about streaming', ''],
] as const;

for (const [name, fields] of KINDS) {
  for (const framing of ['chunked', 'length'] as const) {
    test(`${name}, ${framing}: every event arrives before the next one is sent`, async () => {
      const { answer, next } = stepwise(fields, framing, 3);
      await using scene = await startScene({ pods: [{ name: 'o1', answer }] });
      using client = await scene.client();
      void client.send(get('/'));
      const { lines } = await client.head();
      assert.doesNotMatch(lines.join('\n'), /x-accel/i);
      for (let count = 0; count < 3; count += 1) {
        next();
        assert.match((await client.reader.readUntil(EVENT)).toString('latin1'), /0123/);
      }
    });
  }
}

test('the head arrives before the body begins', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n', until(promise), 'x'] }],
  });
  using client = await scene.client();
  void client.send(get('/'));
  await client.head();
  resolve();
  assert.equal((await client.reader.read(1)).toString(), 'x');
});

test('an upload streams: the pod has the first bytes before the client sends the last (P30)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  using client = await scene.client();
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked'));
  void client.send('5\r\nfirst\r\n');
  const request = await scene.origin('o1').request();
  while (!request.connection.reader.received.includes('first'))
    await new Promise((resolve) => setImmediate(resolve));
  void client.send('4\r\nlast\r\n0\r\n\r\n');
  assert.equal((await client.response()).status, 200);
  assert.equal((await request.body).content.toString(), 'firstlast');
});

test('an echo in both directions does not wait for the end of the request', async () => {
  await using scene = await startScene({
    pods: [
      {
        name: 'o1',
        answer: async (request) => {
          const { socket } = request.connection;
          socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n');
          const { content } = await request.body;
          socket.write(`${content.length.toString(16)}\r\n${content.toString()}\r\n0\r\n\r\n`);
        },
      },
    ],
  });
  using client = await scene.client();
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 4'));
  await client.reader.readUntil('early\r\n');
  void client.send('late');
  assert.match((await client.reader.readUntil('0\r\n\r\n')).toString('latin1'), /late/);
});
