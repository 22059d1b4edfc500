/** Fields that a peer marks as never indexed (RFC 7541 section 6.2.3) keep the mark from one HTTP/2 connection to another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { data, FLAG, FRAME, frame, number32 } from '../fixtures/http2/frames.ts';
import { encodeFields, type Field } from '../fixtures/http2/hpack.ts';
import { literal } from '../fixtures/http2/hpack-forms.ts';
import { headers, pseudo, RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { type RequestHandler, RawHttp2Pod } from '../fixtures/http2/raw-http2-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startRouter } from '../fixtures/router.ts';

const ANSWER: readonly Field[] = [[':status', '200']];

/** HEADERS with `fields`, followed by `secrets`, which are marked as never indexed. */
function marked(id: number, fields: readonly Field[], secrets: readonly Field[], flags = 0): Buffer {
  const block = [encodeFields(fields), ...secrets.map(([name, value]) => literal('never', name, value))];
  return frame(FRAME.headers, FLAG.endHeaders | flags, id, Buffer.concat(block));
}

async function withPod(
  play: RequestHandler,
  does: (client: RawHttp2Client, pod: RawHttp2Pod) => Promise<void>,
): Promise<void> {
  await using pod = await RawHttp2Pod.start(play);
  const { port } = pod;
  const router = await startRouter({
    pods: [podManifest({ name: 'a', hosts: 't.local', paths: `${port}:/ proto=h2c`, port })],
    secrets: [],
    settings: { http2Plain: true, drainTimeout: 100 },
  });
  try {
    using client = await RawHttp2Client.connect(router.port);
    await does(client, pod);
  } finally {
    await router.drain();
    router.close();
  }
}

test('never-indexed fields of a client reach an HTTP/2 pod with their mark (H2-78)', async () => {
  const goaway = frame(FRAME.goaway, 0, 0, Buffer.concat([number32(0), number32(0)]));
  const play: RequestHandler = ({ connection, answer }) =>
    connection.index === 0 ? connection.send(goaway) : answer('ok');
  await withPod(play, async (client, pod) => {
    const [method, scheme, authority] = pseudo();
    const secrets: readonly Field[] = [
      [':path', '/secret'],
      ['user-agent', 'a'],
      ['x-pin', '1'],
    ];
    client.send(marked(1, [method!, scheme!, authority!], secrets, FLAG.endStream));
    await client.answer(1);
    client.request(3, [...pseudo(), ['user-agent', 'a'], ['x-pin', '1']]);
    await client.answer(3);
    client.send(marked(5, [method!, scheme!, [':path', '/']], [['host', 't.local']], FLAG.endStream));
    await client.answer(5);
    assert.deepEqual(
      pod.connections.map(({ blocks }) => blocks.map(({ neverIndexed }) => neverIndexed)),
      [[[':path', 'user-agent', 'x-pin']], [[':path', 'user-agent', 'x-pin'], [], [':authority']]],
    );
    const [again] = pod.connections[1]!.blocks;
    for (const [name, value] of secrets)
      assert.ok(again!.fields.some((field) => field[0] === name && field[1] === value));
  });
});

test('never-indexed fields of a pod reach an HTTP/2 client with their mark (GR-25)', async () => {
  const play: RequestHandler = ({ connection, id, path }) => {
    if (path !== '/marked') connection.send(headers(id, [...ANSWER, ['x-pin', '1'], ['server', 'a']], 'end'));
    else
      connection.send(
        marked(id, [[':status', '103']], [['link', '</a>']]),
        marked(id, ANSWER, [
          ['x-pin', '1'],
          ['server', 'a'],
        ]),
        data(id, 'ok'),
        marked(id, [['x-sum', '1']], [['x-sign', '2']], FLAG.endStream),
      );
  };
  await withPod(play, async (client) => {
    client.request(1, [...pseudo('GET', '/marked'), ['te', 'trailers']]);
    const { text, trailers } = await client.answer(1);
    client.request(3, pseudo());
    await client.answer(3);
    assert.deepEqual(
      client.blocks.map(({ neverIndexed }) => neverIndexed),
      [['link'], ['x-pin', 'server'], ['x-sign'], []],
    );
    assert.deepEqual(
      [text, trailers],
      [
        'ok',
        [
          ['x-sum', '1'],
          ['x-sign', '2'],
        ],
      ],
    );
  });
});
