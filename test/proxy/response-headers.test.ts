import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../rig/check.ts';
import { ok } from '../rig/origin.ts';
import type { RawResponse } from '../rig/raw-client.ts';
import { startScene } from '../rig/scene.ts';

interface HeadersCase {
  readonly name: string;
  /** Field lines of the pod. */
  readonly pod: readonly string[];
  readonly client: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly HeadersCase[] = [
  {
    name: 'P33 cookies',
    pod: ['Set-Cookie: a=1', 'Set-Cookie: b=2', 'Set-Cookie: c=3'],
    client: { 'set-cookie': ['a=1', 'b=2', 'c=3'] },
  },
  { name: 'UF-56 a duplicate', pod: ['Expires: 1', 'Expires: 2'], client: { expires: ['1', '2'] } },
  {
    name: 'P39 Date and Server of the pod',
    pod: ['Date: then', 'Server: pod'],
    client: { date: ['then'], server: ['pod'] },
  },
  { name: 'UF-18 8-bit bytes', pod: ['X-Foo: \xe9\xff'], client: { 'x-foo': ['\xe9\xff'] } },
  {
    name: 'HD-35 named by Connection',
    pod: ['Connection: X-Foo, close', 'X-Foo: 1'],
    client: { 'x-foo': [] },
  },
  {
    name: 'hop-by-hop',
    pod: ['Keep-Alive: timeout=1', 'Proxy-Connection: x', 'Upgrade: h2c'],
    client: { 'keep-alive': [], 'proxy-connection': [], upgrade: [] },
  },
  { name: 'UF-59 coding', pod: ['Content-Encoding: gzip'], client: { 'content-encoding': ['gzip'] } },
  {
    name: 'Location',
    pod: ['Location: http://10.1.2.3:3000/x'],
    client: { location: ['http://10.1.2.3:3000/x'] },
  },
  ...['Redirect: /etc/passwd', 'Limit-Rate: 1', 'Charset: x', 'Expires: 0', 'Buffering: no'].map((line) => ({
    name: `HD-36 X-Accel-${line}`,
    pod: [`X-Accel-${line}`],
    client: { [`x-accel-${line.split(':')[0]?.toLowerCase()}`]: [] },
  })),
];

test('the head of a response goes through, except what belongs to the hop or to the router', async (t) => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  for (const one of CASES) {
    await t.test(one.name, async () => {
      scene.origin('o1').answer = [ok('body', ...one.pod)];
      const response = await scene.exchange(get('/'));
      assert.equal(response.status, 200);
      assert.equal(response.text, 'body');
      for (const [name, values] of Object.entries(one.client))
        assert.deepEqual(response.values(name), values, name);
    });
  }
});

test('N54 lines keep their order and the case of their names', async () => {
  const lines = ['x-B: 1', 'SET-cookie: a', 'X-a: 2', 'x-b: 3', 'Set-Cookie: b', '__proto__: x'];
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('', ...lines)] }] });
  const response = await scene.exchange(get('/'));
  const sent = new Set(lines);
  assert.deepEqual(
    response.head.lines.filter((line) => sent.has(line)),
    lines,
  );
});

test('N50 a Date is added when the pod sent none, a Server never', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('')] }] });
  const response = await scene.exchange(get('/'));
  assert.ok(Math.abs(Date.parse(response.value('date') ?? '') - Date.now()) < 60_000);
  assert.deepEqual(response.values('server'), []);
});

test('P38 X-Accel-Redirect is not followed', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'o1', answer: [ok('own body', 'X-Accel-Redirect: /other')] },
      { name: 'other', paths: '/other' },
    ],
  });
  assert.equal((await scene.exchange(get('/'))).text, 'own body');
  assert.equal(scene.origin('other').connections.length, 0);
});

test('UF-18 status and reason', async (t) => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const statusLine = async (line: string): Promise<RawResponse> => {
    scene.origin('o1').answer = [`${line}\r\nContent-Length: 0\r\n\r\n`];
    return scene.exchange(get('/'));
  };
  for (const [line, expected] of [
    ['HTTP/1.1 299 Some Reason', /^HTTP\/1\.1 299/],
    ['HTTP/1.1 200', /^HTTP\/1\.1 200/],
    ['HTTP/1.1 200 ', /^HTTP\/1\.1 200/],
    ['HTTP/1.0 200 OK', /^HTTP\/1\.1 200/],
    ['HTTP/1.1 404 caf\xe9', /^HTTP\/1\.1 404/],
  ] as const) {
    await t.test(line, async () => assert.match((await statusLine(line)).head.start, expected));
  }
});

test('DF-25 an answer of the router repeats nothing of the request and names no version', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/a' }] });
  const response = await scene.exchange(get('/<script>', 'X-Foo: <script>'));
  assert.equal(response.status, 404);
  const whole = response.head.lines.join('\n') + response.text;
  assert.doesNotMatch(whole, /script|podway\/|node/i);
});
