/** podway local against an API server with TLS and a token; clients, commands and pods are real. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { sampleOf, unlessWide } from '../fixtures/wide.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { curl, LocalScene } from './local-scene.ts';

const SHOP = 'shop.example.com';

const scene = await LocalScene.start();
const web = await scene.pod('web-1');
await scene.pod('blog-1', { hosts: '*.blog.example.com demo.localhost' });
await scene.pod('vault-1', { hosts: 'vault.example.com', namespace: 'vault' });
scene.keyed('vault', 'open sesame');
after(() => scene[Symbol.asyncDispose]());

interface Seen {
  readonly pod: string;
  readonly url: string;
  readonly host: string;
  readonly origin?: string;
  readonly cookie?: string;
}

/** The request as the pod reports it. */
function seen(text: string): Seen {
  assert.match(text, /^\{/, text);
  return JSON.parse(text) as Seen;
}

/** The message that the pod sends back, or the status of the refusal. */
async function echo(port: number, host: string, origin?: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
    headers: { host, ...(origin !== undefined && { origin }) },
  });
  try {
    const opened = once(socket, 'open').then(() => 'open');
    const refused = once(socket, 'unexpected-response').then(([, response]) => String(response.statusCode));
    const first = await withTimeout(Promise.race([opened, refused]), `a WebSocket to ${host}`);
    if (first !== 'open') return first;
    socket.send('hello');
    const [data] = (await withTimeout(once(socket, 'message'), 'an echo')) as [Buffer];
    return data.toString();
  } finally {
    socket.on('error', () => undefined);
    socket.terminate();
  }
}

test('hosts of the cluster on this machine, until Ctrl-C', async (t) => {
  const { port, admin, flags } = await scene.ports();
  const suffixed = `${SHOP}.localhost:${port}`;
  const running = scene.run(['-A', ...flags], { HTTP2_PLAIN: 'true' });
  await running.until('Ctrl-C ends podway.');

  await t.test('prints the routes and how to reach them', () => {
    const printed = running.printed();
    assert.match(printed, /^pods of all namespaces of https:\/\/127\.0\.0\.1:\d+, at 127\.0\.0\.1:\d+\n/);
    assert.match(printed, /^ {2}shop\.example\.com\/ +web-1$/m);
    assert.match(printed, /^ {2}\*\.blog\.example\.com\/ +blog-1$/m);
    const guide = [
      `  browsers and curl  http://${suffixed}/`,
      `  the list of hosts  http://localhost:${port}/`,
      `  a browser's proxy  http://127.0.0.1:${admin}/proxy.pac`,
      `  a program's proxy  curl -x http://127.0.0.1:${port} http://${SHOP}/`,
      `The pod sees ${SHOP}. Ctrl-C ends podway.`,
    ];
    assert.ok(printed.includes(`\n${guide.join('\n')}\n`), printed);
    assert.ok(guide.every(({ length }) => length <= 80));
    assert.doesNotMatch(printed, /a-token-that/);
  });

  await t.test('curl reaches them under the suffix, under their own names, and through a proxy', async () => {
    const expected = { pod: 'web-1', method: 'GET', url: '/a?b', host: SHOP, forwarded: SHOP };
    assert.deepEqual(seen(await curl(`http://${suffixed}/a?b`)), expected);
    assert.deepEqual(seen(await curl('-x', `http://localhost:${port}`, `http://${SHOP}/a?b`)), expected);
    const asIs = await curl('--connect-to', `::127.0.0.1:${port}`, `http://${SHOP}/a?b`);
    assert.deepEqual(seen(asIs), expected);
    assert.equal(
      seen(await curl(`http://x.y.blog.example.com.localhost:${port}/`)).host,
      'x.y.blog.example.com',
    );
    assert.equal(seen(await curl(`http://demo.localhost:${port}/`)).host, `demo.localhost:${port}`);
  });

  await t.test('the same over HTTP/2, and pages of other origins are refused, too (LO-01)', async () => {
    const http2 = ['--http2-prior-knowledge', `http://${suffixed}/`];
    assert.equal(seen(await curl(...http2)).host, SHOP);
    assert.equal(seen(await curl('-H', `Origin: http://${suffixed}`, ...http2)).origin, `http://${SHOP}`);
    assert.equal(
      await curl('-H', 'Origin: http://evil.example', ...http2),
      '403 Forbidden: foreign-origin\n',
    );
    assert.equal(await curl('-H', 'Sec-Fetch-Site: same-site', ...http2), '403 Forbidden: foreign-origin\n');
  });

  await t.test('curl follows redirects and keeps cookies, as it does on the public host', async () => {
    const cookies = [`a=1; Domain=${SHOP}`, 'b=2; Domain=example.com', 'c=3; Domain=evil.example'];
    const query = new URLSearchParams([
      ...cookies.map((cookie) => ['set-cookie', cookie]),
      ['location', `https://${SHOP}/next`],
    ]);
    const start = `http://${suffixed}/say?${String(query)}`;
    const { url, host, cookie } = seen(await curl('-L', '-b', '', start));
    assert.deepEqual({ url, host, cookie }, { url: '/next', host: SHOP, cookie: 'b=2; a=1' });
    // curl 7.88 cannot follow a redirect on a connection of prior knowledge.
    const http2 = (await curl('-i', '--http2-prior-knowledge', start)).split('\r\n');
    assert.ok(http2.includes(`location: http://${suffixed}/next`), http2.join('\n'));
    assert.ok(http2.includes(`set-cookie: a=1; Domain=${SHOP}.localhost`), http2.join('\n'));
  });

  await t.test('localhost lists the hosts', async () => {
    const page = await curl('--include', `http://localhost:${port}/`);
    assert.match(page, /^HTTP\/1\.1 404 /);
    assert.match(page, new RegExp(`^  http://${suffixed}/$`, 'm'));
  });

  await t.test('a namespace with a key requires it of local clients, too', async () => {
    const key = Buffer.from('open sesame').toString('base64');
    const vault = `http://vault.example.com.localhost:${port}/`;
    assert.equal(await curl(vault), '403 Forbidden: key-refused\n');
    assert.equal(seen(await curl('-H', `X-ROUTING-API-KEY: ${key}`, vault)).pod, 'vault-1');
  });

  await t.test('clients cannot reach other servers through it (LO-05)', async () => {
    const proxy = [
      '-x',
      `http://127.0.0.1:${port}`,
      '--output',
      '/dev/null',
      '--write-out',
      '%{http_code} %{http_connect}',
    ];
    assert.equal(await curl(...proxy, 'http://example.org/'), '404 000');
    assert.equal(await curl(...proxy, scene.api.url.replace('https:', 'http:')), '404 000');
    const connect = await curl(...proxy, '--proxytunnel', `http://${SHOP}/`).catch(String);
    assert.match(connect, /405$/);
  });

  await t.test('WebSockets work, but not from pages of other origins (LO-01)', async () => {
    assert.equal(await echo(port, suffixed), `web-1 ${SHOP} undefined: hello`);
    assert.equal(await echo(port, suffixed, `http://${suffixed}`), `web-1 ${SHOP} http://${SHOP}: hello`);
    assert.equal(await echo(port, SHOP, `http://${SHOP}`), `web-1 ${SHOP} http://${SHOP}: hello`);
    for (const origin of ['http://evil.example', 'null', `https://${SHOP}`, `http://localhost:${port}`])
      assert.equal(await echo(port, suffixed, origin), '403', origin);
  });

  await t.test('pages of other origins read neither pods nor the admin pages (LO-02, LO-07)', async () => {
    const fetched = ['-H', 'Sec-Fetch-Site: cross-site'];
    assert.equal(await curl(...fetched, `http://${suffixed}/`), '403 Forbidden: foreign-origin\n');
    for (const path of ['/routes', '/metrics', '/proxy.pac'])
      assert.equal(
        await curl(...fetched, `http://localhost:${admin}${path}`),
        'a page of another origin sent this request, which podway refuses\n',
      );
    const rebound = ['-H', `Host: evil.example:${admin}`, `http://localhost:${admin}/metrics`];
    assert.match(await curl(...rebound), /^expected in Host/);
  });

  await t.test('a browser gets proxy settings', async () => {
    const pac = await curl('--include', `http://localhost:${admin}/proxy.pac`);
    assert.match(pac, /^content-type: application\/x-ns-proxy-autoconfig\r$/im);
    assert.match(pac, new RegExp(`"\\.shop.example.com":1.*"PROXY 127.0.0.1:${port}"`, 's'));
  });

  await t.test('changes are printed, and take effect immediately', async () => {
    await scene.pod('web-2', { hosts: 'new.example.com' });
    await running.until('+ new.example.com/  web-2\n');
    assert.equal(seen(await curl(`http://new.example.com.localhost:${port}/`)).pod, 'web-2');
    scene.api.apply({ ...web, status: { ...web.status, conditions: [{ type: 'Ready', status: 'False' }] } });
    await running.until('  shop.example.com/  web-1 (unready)\n');
    scene.api.apply(web);
    await running.until('  shop.example.com/  web-1\n');
    scene.api.delete({ kind: 'Pod', metadata: { name: 'web-2', namespace: 'shop' } });
    await running.until('- new.example.com/\n');
  });

  running.signal('SIGINT');
  assert.equal((await running.ended).code, 0);
});

test('flags choose kubeconfig, context and allowed origins; the namespace is that of the context (LO-03)', async () => {
  const { port, flags } = await scene.ports();
  await writeFile(join(scene.folder, 'other'), await readFile(join(scene.folder, 'config')));
  const chosen = ['--kubeconfig', join(scene.folder, 'other'), '--context', 'dev'];
  const origins = ['--allow-origin', 'https://App.example.com', '--allow-origin', 'http://localhost:3000'];
  // A user who does not read Secrets needs no right to do so.
  scene.api.rules = [{ verbs: ['*'], resources: ['pods', 'pods/portforward'], namespace: 'shop' }];
  const running = scene.run([...flags, ...chosen, ...origins, '--keys', 'off'], {
    KUBECONFIG: '/nowhere',
    KUBE_CONTEXT: 'nowhere',
  });
  await running.until(/pods of namespace shop of[^]*Ctrl-C ends podway\./);
  assert.equal(await curl(`http://vault.example.com.localhost:${port}/`), '404 Not Found: unknown-host\n');
  const suffixed = `${SHOP}.localhost:${port}`;
  const app = 'https://app.example.com';
  assert.equal(await echo(port, suffixed, app), `web-1 ${SHOP} ${app}: hello`);
  assert.equal(
    await echo(port, suffixed, 'http://localhost:3000'),
    `web-1 ${SHOP} http://localhost:3000: hello`,
  );
  assert.equal(await echo(port, suffixed, 'http://localhost:3001'), '403');
  // The terminal of the command is closed.
  running.signal('SIGHUP');
  assert.equal((await running.ended).code, 0);
  scene.api.rules = undefined;
});

test('switching the context in another shell does not affect podway local, and credentials are read again (PT-17)', {
  skip: unlessWide,
}, async () => {
  const { port, flags } = await scene.ports();
  await scene.writeKubeconfig('switched', 'dev');
  const running = scene.run(flags, { KUBECONFIG: join(scene.folder, 'switched'), KUBE_CONTEXT: '' });
  await running.until(/pods of namespace shop of[^]*Ctrl-C ends podway\./);
  scene.api.token = 'another-token';
  await scene.writeKubeconfig('switched', 'nowhere');
  (await scene.api.untilWatching('pods')).end();
  await scene.pod('switched-1', { hosts: 'switched.example.com' });
  await running.until('+ switched.example.com/  switched-1\n');
  assert.equal(seen(await curl(`http://switched.example.com.localhost:${port}/`)).pod, 'switched-1');
  running.signal('SIGTERM');
  await running.ended;
  await scene.writeKubeconfig();
});

test('a user without the right to read Secrets gets a hint; a signal ends the wait for a route (LO-08, LO-09)', async () => {
  const { flags } = await scene.ports();
  scene.api.rules = [{ verbs: ['*'], resources: ['pods', 'pods/portforward'] }];
  try {
    const running = scene.run([...flags, '--wait', SHOP, '--', 'true']);
    await running.until('--keys=off');
    assert.match(
      running.printed(),
      /^podway local: your role may not read the Secrets .* --keys=off \(KEYS=off\) .*\n$/,
    );
    running.signal('SIGINT');
    assert.equal((await running.ended).code, 130);
  } finally {
    scene.api.rules = undefined;
  }
});

const WAIT = ['--wait', SHOP];
const FAILURES: readonly (readonly [name: string, args: readonly string[], printed: RegExp])[] = [
  ['wrong flags', WAIT, /^podway local: expected a command/],
  ['a wrong port', ['--port', '99999'], /^podway: PORT="99999": expected/],
  [
    'a wrong origin',
    ['--allow-origin', 'example.com/'],
    /^podway: ALLOWED_ORIGINS="served,example\.com\/": expected/,
  ],
  [
    'no such kubeconfig',
    ['--kubeconfig', '/nowhere'],
    /^podway local: the kubeconfig \/nowhere cannot be read \(ENOENT\)$/m,
  ],
  ['no such context', ['--context', 'x'], /^podway local: the kubeconfig has no context x$/m],
  [
    'an API server that is not reachable',
    ['--context', 'nowhere', '--wait-timeout', '100ms', ...WAIT, '--', 'true'],
    /^podway local: shop\.example\.com\/ is not served after 0\.1 s: .*have not .* been listed yet/m,
  ],
];

for (const [name, args, printed] of sampleOf(FAILURES, 2)) {
  test(`podway's own failure is 125: ${name} (LO-08)`, async () => {
    const at = args.includes('--port') ? [] : (await scene.ports()).flags;
    const { code, printed: all } = await scene.run([...at, ...args]).ended;
    assert.equal(code, 125, all);
    assert.match(all, printed);
  });
}

test("podway's own failure is 125: a port that is in use (LO-08)", async () => {
  const { flags, port } = await scene.ports();
  const taken = createServer().listen(port, '127.0.0.1');
  await once(taken, 'listening');
  const { code, printed } = await scene.run([...flags, ...WAIT, '--', 'true']).ended;
  taken.close();
  assert.equal(code, 125);
  assert.match(
    printed,
    /^podway local: cannot listen on 127\.0\.0\.1 port \d+ \(PORT\): it is already in use\npodway local: free at the moment: --port \d+$/m,
  );
});

test('the command starts when a pod is ready, with the variables that it needs (LO-08)', {
  skip: unlessWide,
}, async () => {
  const { port, flags } = await scene.ports();
  const file = join(scene.folder, 'out');
  const script = `env | grep ^PODWAY_ | sort > ${file}; curl -s "$PODWAY_URL" >> ${file}; exit 3`;
  const running = scene.run([...flags, '--wait', 'late.example.com/a', '--', 'sh', '-c', script]);
  await running.until('  shop.example.com/');
  assert.doesNotMatch(running.printed(), /Ctrl-C/);
  await scene.pod('late-1', { hosts: 'late.example.com' });
  assert.equal((await running.ended).code, 3);
  const [address, host, proxy, url, answer = ''] = (await readFile(file, 'utf8')).split('\n');
  assert.deepEqual(
    [address, host, proxy, url],
    [
      `PODWAY_ADDRESS=127.0.0.1:${port}`,
      'PODWAY_HOST=late.example.com',
      `PODWAY_PROXY=http://127.0.0.1:${port}`,
      `PODWAY_URL=http://late.example.com.localhost:${port}/a`,
    ],
  );
  assert.deepEqual([seen(answer).pod, seen(answer).host], ['late-1', 'late.example.com']);
});

test('as a process: signals, stdout and the exit code are those of the command, and no process is left (LO-08)', async () => {
  const { port, flags } = await scene.ports();
  const script = `trap 'echo ended; exit 9' TERM; curl -s "$PODWAY_URL"; while :; do sleep 0.05; done`;
  const child = scene.start([...flags, ...WAIT, '--', 'sh', '-c', script]);
  child.stdout.once('data', () => child.kill('SIGTERM'));
  const { code, stdout, stderr } = await scene.end(child);
  assert.equal(code, 9, stderr);
  const [first = '', ...rest] = stdout.split('\n');
  assert.equal(seen(first).pod, 'web-1');
  assert.deepEqual(rest, ['ended', '']);
  assert.match(stderr, /^pods of namespace shop of https:/);
  assert.doesNotMatch(stderr, /a-token-that/);
  const free = createServer().listen(port, '127.0.0.1');
  await once(free, 'listening');
  free.close();
});
