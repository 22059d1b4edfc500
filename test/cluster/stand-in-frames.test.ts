import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import { pod } from './objects.ts';

// The recorded messages of Kubernetes 1.36.2, one by one, and its responses instead of 101.

const V5 = ['v5.channel.k8s.io'];
const V4 = ['v4.channel.k8s.io'];
const ALL = 'stdout=true&stderr=true';

const exec = (script: string, more = ALL) => `${more}&${commandOf('sh', '-c', script)}`;
const commandOf = (...words: string[]) => words.map((it) => `command=${encodeURIComponent(it)}`).join('&');

interface Opened {
  readonly socket: WebSocket;
  /** Every message until the end, then the close code. */
  readonly messages: Promise<(string | number)[]>;
}

async function start(options: KubernetesApiOptions = {}): Promise<KubernetesApi> {
  const api = await KubernetesApi.start(options);
  api.run(pod('a'));
  return api;
}

function open(
  api: KubernetesApi,
  query: string,
  protocols: readonly string[],
  name = 'a',
  headers = {},
): Opened {
  const url = `${api.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/${name}/exec?${query}`;
  const socket = new WebSocket(url, [...protocols], { headers });
  const seen: (string | number)[] = [];
  socket.on('message', (data: Buffer) => seen.push(`${data[0]} ${data.subarray(1).toString()}`.trimEnd()));
  socket.on('unexpected-response', (_, response) => {
    seen.push(response.statusCode ?? 0);
    socket.terminate();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<(string | number)[]>((end) =>
    socket.on('close', (code) => end([...seen, code])),
  );
  return { socket, messages: withTimeout(closed, () => seen.join('\n')) };
}

const SUCCESS = '3 {"metadata":{},"status":"Success"}';
const exit = (code: number) =>
  `3 {"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status ${code}",` +
  `"reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"${code}"}]}}`;

const SESSIONS: readonly (readonly [string, readonly string[], string, readonly (string | number)[]])[] = [
  ['an empty message first, Status and 1000 last', V5, exec('echo x'), ['1', '1 x', SUCCESS, 1000]],
  ['an exit code', V4, exec('exit 3'), ['1', exit(3), 1000]],
  [
    'the empty message is on the lowest channel that is read',
    V4,
    exec('echo e >&2', 'stderr=true'),
    ['2', '2 e', SUCCESS, 1000],
  ],
  ['only input', V5, exec('true', 'stdin=true'), ['3', SUCCESS, 1000]],
  [
    'an older protocol reports failure as text',
    ['channel.k8s.io'],
    exec('exit 3'),
    ['1', '3 command terminated with non-zero exit code: exit status 3', 1000],
  ],
  ['an older protocol does not report success', ['channel.k8s.io'], exec('true'), ['1', 1000]],
  [
    'the first known protocol of those offered',
    ['v9.channel.k8s.io', ...V4, ...V5],
    exec('true'),
    ['1', SUCCESS, 1000],
  ],
  ['an unknown protocol', ['v9.channel.k8s.io'], exec('true'), [403, 1006]],
  ['no streams', V5, commandOf('true'), [400, 1006]],
  ['no command', V5, ALL, [400, 1006]],
  ['a terminal with stderr', V5, exec('true', `${ALL}&tty=true`), [400, 1006]],
  ['another container', V5, exec('true', `${ALL}&container=x`), [400, 1006]],
];

test('exec, message by message', async (t) => {
  await using api = await start();
  for (const [name, protocols, query, expected] of SESSIONS) {
    await t.test(name, async () => assert.deepEqual(await open(api, query, protocols).messages, expected));
  }
  await t.test('no such pod', async () => {
    assert.deepEqual(await open(api, exec('true'), V5, 'b').messages, [404, 1006]);
  });
  await t.test('a pod without a container on this machine', async () => {
    api.apply(pod('b'));
    assert.deepEqual(await open(api, exec('true'), V5, 'b').messages, [500, 1006]);
  });
  await t.test('a page in a browser', async () => {
    const { messages } = open(api, exec('true'), V5, 'a', { origin: 'http://evil.example' });
    assert.deepEqual(await messages, [403, 1006]);
  });
});

test('the close message of v5 ends stdin, and v4 ignores it', async () => {
  await using api = await start();
  for (const [protocols, expected] of [
    [V5, ['1', '1 in', SUCCESS, 1000]],
    [V4, ['1', '1 in', 1000]],
  ] as const) {
    const { socket, messages } = open(api, `stdin=true&${exec('cat')}`, protocols);
    await once(socket, 'open');
    const echoed = new Promise((resolve) =>
      socket.on('message', (data: Buffer) => data.length > 1 && resolve(data)),
    );
    socket.send(Buffer.from('\0in'));
    await echoed;
    socket.send(Buffer.from([255, 0]));
    socket.ping();
    await once(socket, 'pong');
    if (protocols === V4) socket.close();
    assert.deepEqual(await messages, expected);
  }
});

test('messages have at most 32 KiB after the channel, and output waits for a client that does not read', async () => {
  await using api = await start();
  const { socket } = open(api, exec('yes', 'stdout=true'), V5);
  let longest = 0;
  let total = 0;
  socket.on('message', (data: Buffer) => {
    longest = Math.max(longest, data.length);
    total += data.length;
    if (total > 4_000_000) socket.pause();
  });
  await once(socket, 'open');
  const [stream] = api.streams('pods/exec');
  assert.ok(stream);
  while (total <= 4_000_000) await once(socket, 'message');
  assert.ok(longest > 1 && longest <= 32_769, `${longest}`);
  assert.deepEqual(
    await open(api, exec('true'), V5).messages,
    ['1', SUCCESS, 1000],
    'other streams continue',
  );
  assert.ok(stream.socket.unsent <= 131_072, `${stream.socket.unsent} bytes wait in the server`);
  socket.terminate();
  await stream.socket.closed;
});

test('a second resize without a terminal stops the loop of the server: pings are not answered, either', async () => {
  await using api = await start();
  const { socket } = open(api, `stdin=true&${exec('cat')}`, V5);
  await once(socket, 'open');
  const size = Buffer.from('\x04{"Width":80,"Height":24}');
  socket.send(size);
  socket.ping();
  await once(socket, 'pong');
  let ponged = false;
  socket.on('pong', () => (ponged = true));
  socket.send(size);
  socket.ping();
  api.streams('pods/exec')[0]?.socket.close(1000);
  await once(socket, 'close');
  assert.equal(ponged, false);
});

test('a server with only v4 chooses v4, regardless of what the client prefers', async () => {
  await using api = await start({ streamVersion: 'v4-only' });
  const { socket, messages } = open(api, exec('true'), [...V5, ...V4]);
  await once(socket, 'open');
  assert.equal(socket.protocol, 'v4.channel.k8s.io');
  assert.deepEqual(await messages, ['1', SUCCESS, 1000]);
});

test('a WebSocket needs the RBAC verbs get and create', async () => {
  await using api = await start({ rules: [{ verbs: ['get'], resources: ['pods', 'pods/exec'] }] });
  assert.deepEqual(await open(api, exec('true'), V5).messages, [403, 1006]);
  api.createCheck = false;
  assert.deepEqual(await open(api, exec('true'), V5).messages, ['1', SUCCESS, 1000]);
  api.rules = [{ verbs: ['*'], resources: ['pods'] }];
  const answer = await fetch(`${api.url}/api/v1/namespaces/default/pods/a/exec?${exec('true')}`);
  assert.match(
    await answer.text(),
    /pods \\"a\\" is forbidden: User [^ ]+ cannot get resource \\"pods\/exec\\"/,
  );
});

test('a browser sends its token as a protocol', async () => {
  await using api = await start({ token: 'secret' });
  const token = `base64url.bearer.authorization.k8s.io.${Buffer.from('secret').toString('base64url')}`;
  assert.deepEqual(await open(api, exec('true'), [token, ...V5]).messages, ['1', SUCCESS, 1000]);
  for (const protocols of [V5, [token], [token, `${token}AA`, ...V5]])
    assert.deepEqual((await open(api, exec('true'), protocols).messages).at(0), 401, protocols.join());
});

const SCRIPTS: readonly (readonly [string, Fault, readonly (string | number)[]])[] = [
  [
    'a frame in pieces, then silence, then the end',
    { kind: 'stream', bytes: ['\x82', '\x02\x01', 'x'], end: 'fin' },
    ['1 x', 1006],
  ],
  ['a reset', { kind: 'stream', bytes: [], end: 'reset' }, [1006]],
  ['another protocol than offered', { kind: 'stream', protocol: 'x', bytes: [], end: 'none' }, [1006]],
  ['no protocol', { kind: 'stream', protocol: undefined, bytes: [], end: 'none' }, [1006]],
  ['an endless refusal', { kind: 'endless', code: 502 }, [502, 1006]],
  ['a refusal in HTML', { kind: 'status', code: 429, body: '<p>' }, [429, 1006]],
];

test('the stand-in sends the answers that a test sets', async (t) => {
  await using api = await start();
  for (const [name, fault, expected] of SCRIPTS) {
    await t.test(name, async () => {
      api.injectFault({ resource: 'pods/exec' }, fault);
      assert.deepEqual(await open(api, exec('true'), V5).messages, expected);
    });
  }
});

/** Responses of load balancers and API servers instead of 101. */
const CODES = [400, 401, 403, 404, 409, 429, 500, 502, 503];
const BODIES: readonly (readonly [
  string,
  Omit<Fault & { readonly kind: 'status' }, 'kind' | 'code'>,
  RegExp,
])[] = [
  ['a Status', {}, /"kind":"Status"/],
  ['HTML', { headers: { 'content-type': 'text/html', 'retry-after': '7' }, body: '<p>no' }, /^<p>no$/],
  ['nothing', { body: '' }, /^$/],
];

test('refusals before the upgrade have the status and the body that a test sets', async () => {
  await using api = await start();
  for (const code of CODES) {
    for (const [name, answer, expected] of BODIES) {
      api.injectFault({ resource: 'pods/exec' }, { kind: 'status', code, ...answer });
      const { status, body } = await refusal(open(api, exec('true'), V5).socket);
      assert.equal(status, code);
      assert.match(body, expected, `${code} with ${name}`);
    }
  }
});

async function refusal(socket: WebSocket): Promise<{ status: number; body: string }> {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  socket.removeAllListeners('unexpected-response');
  socket.on('unexpected-response', (_, response) => resolve(response));
  const response = await withTimeout(promise, 'the refusal');
  const body = await text(response);
  socket.terminate();
  return { status: response.statusCode ?? 0, body };
}
