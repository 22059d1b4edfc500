import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import net, { type Socket } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../fixtures/free-ports.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { ask, echo, named } from './forward-clients.ts';
import { ForwardScene } from './forward-scene.ts';

const run = promisify(execFile);

test('curl reaches a route, an owner, a label or a pod, by number or name of a port', async () => {
  await using scene = await ForwardScene.start();
  const { port } = scene;
  const http = createServer((_, response) => response.end('hello'));
  const serve = (socket: Socket) => void http.emit('connection', socket);
  const routed = { hosts: 'shop.example.com', paths: '/api', labels: { app: 'web' } };
  await scene.pod('web-1', serve, routed);
  await scene.pod('web-2', serve, routed);
  scene.own('Deployment', 'web');
  scene.own('Service', 'web', { ports: [{ name: 'http', port: 80, targetPort: 'web' }] });
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['shop.example.com/api'], `shop.example.com/api (port ${port}), 2 pods`],
    [['http://shop.example.com/api', ':'], `shop.example.com/api (port ${port}), 2 pods`],
    [['shop.example.com/api', ':web'], `shop.example.com/api (port web: ${port}), 2 pods`],
    [['deploy/web', `:${port}`], `deployment/web (port ${port}), 2 pods`],
    [['svc/web', ':80'], `service/web (port 80: ${port}), 2 pods`],
    [['svc/web', ':http'], `service/web (port http: ${port}), 2 pods`],
    [['-l', 'app=web', ':web'], `app=web (port web: ${port}), 2 pods`],
    [['web-1', `:${port}`], `pod/web-1 (port ${port})`],
  ];
  for (const [args, expected] of rows) {
    const forwarding = await scene.forward(...args);
    const [local = 0] = forwarding.local;
    assert.equal(
      forwarding.stdout(),
      `Forwarding 127.0.0.1:${local} and [::1]:${local} -> ${expected}\n`,
      args.join(' '),
    );
    const { stdout } = await run('curl', ['-s', `http://localhost:${local}/`]);
    assert.equal(stdout, 'hello');
    assert.equal(await forwarding.end(), 130);
  }
});

test('connections go to the ready pods in turn, each over its own stream', async () => {
  await using scene = await ForwardScene.start();
  for (const name of ['a', 'b', 'c']) await scene.pod(name, named(name), { labels: { app: 'x' } });
  await scene.pod('d', named('d'), { labels: { app: 'x' }, condition: 'unready' });
  const { local, stdout, end } = await scene.forward('-v', '-l', 'app=x', `:${scene.port}`);
  const [port = 0] = local;
  const answers: string[] = [];
  for (let count = 0; count < 6; count++) answers.push((await ask(port, 'who')).text);
  assert.deepEqual(answers, ['a', 'b', 'c', 'a', 'b', 'c']);
  assert.equal(scene.api.requests.filter(({ path }) => path.endsWith('/portforward')).length, 6);
  assert.match(stdout(), /, 4 pods, 3 of them ready\n/);
  assert.match(stdout(), new RegExp(`127.0.0.1:${port}: connected to pod default/b, port ${scene.port}\n`));
  assert.equal(await end('SIGTERM'), 143);
});

const MISUSED: readonly (readonly [readonly string[], string])[] = [
  [[], 'expected a target or -l'],
  [['web'], 'expected at least one [LOCAL:]REMOTE'],
  [['shop.example.com'], 'expected at least one [LOCAL:]REMOTE (a route is HOST/PATH: shop.example.com/)'],
  [['web', '1:2:3'], 'expected [LOCAL:]REMOTE, not 1:2:3'],
  [['-l', 'a b', '80'], "malformed selector: expected an operator, found 'b'"],
  [['-A', 'web', '80'], 'expected -n for a name, -A is for routes and -l'],
  [['-A', '-n', 'shop', 'shop.test/'], 'expected one of -n and -A'],
  [
    ['--address', 'example.com', 'web', '80'],
    'expected IP addresses or localhost for --address, not example.com',
  ],
  [
    ['--wait', 'soon', 'web', '80'],
    'expected a duration from 0 to 10m: a number with ms, s, m or h (none: seconds) for --wait',
  ],
  [['--max-connections', '0', 'web', '80'], 'expected a whole number from 1 to 10000 for --max-connections'],
  [['--nosuch', 'web', '80'], "Unknown option '--nosuch'"],
];

test('misuse is reported before any request', async () => {
  await using scene = await ForwardScene.start();
  for (const [args, problem] of MISUSED) {
    const { code, stderr } = await scene.ended(...args);
    assert.deepEqual([code, stderr], [125, `podway port-forward: ${problem} (podway port-forward --help)\n`]);
  }
  assert.equal(scene.api.requests.length, 0);
});

test('targets that do not exist, and a port that is in use, are reported', async () => {
  await using scene = await ForwardScene.start();
  await scene.pod('web', echo, { hosts: 'shop.test', labels: { app: 'web' } });
  scene.own('Service', 'web', { ports: [{ port: 80 }] });
  scene.own('Service', 'blind', { selector: {} });
  const taken = await freePort();
  const occupyingServer = net.createServer().listen(taken, '127.0.0.1');
  await once(occupyingServer, 'listening');
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['web-1', '80'], 'there is no pod web-1 in namespace default'],
    [['sts/web', '80'], 'there is no statefulset web in namespace default'],
    [['svc/blind', '80'], 'service blind in namespace default selects no pods'],
    [['svc/web', ':81'], 'service default/web has no TCP port 81, only 80'],
    [
      ['shop.test/api'],
      'no pod in namespace default declares the route shop.test/api (use -n NAMESPACE or -A to search elsewhere)',
    ],
    [['-A', 'shop.test/api'], 'no pod in any namespace declares the route shop.test/api'],
    [
      ['-n', 'shop', '-l', 'app', ':80'],
      'no pod in namespace shop has the labels app (use -n NAMESPACE or -A to search elsewhere)',
    ],
    [['web', ':metrics'], 'no pod behind pod/web has a port named metrics'],
    [
      ['-n', '../x', 'web', '80'],
      'the namespace is not a DNS label (a-z, 0-9 and inner hyphens, at most 63)',
    ],
    [
      ['web', `:${scene.port}`, `${taken}:80`],
      `cannot listen on 127.0.0.1:${taken}: another program listens there (":REMOTE" takes a free port)`,
    ],
  ];
  for (const [args, problem] of rows) {
    const { code, stderr } = await scene.ended(...args);
    assert.deepEqual([code, stderr], [125, `podway port-forward: ${problem}\n`], args.join(' '));
  }
  occupyingServer.close();
});

test('a missing right is reported with verb, resource and group (PS-04)', async () => {
  const pods = { verbs: ['get', 'list', 'watch'], resources: ['pods'] } as const;
  await using scene = await ForwardScene.start({ rules: [pods] });
  await scene.pod('web', echo);
  scene.own('Deployment', 'web');
  const { code, stderr } = await scene.ended('deploy/web', '80');
  assert.equal(code, 125);
  assert.match(stderr, /grant apiGroups \["apps"\], resources \["deployments"\], verbs \["get"\]/);
  const forwarding = await scene.forward('web', `:${scene.port}`);
  assert.equal((await ask(forwarding.local[0] ?? 0, 'x')).ending, 'reset');
  assert.match(
    forwarding.stderr(),
    /^podway port-forward: 127\.0\.0\.1:\d+: pod default\/web, port \d+: grant .*"pods\/portforward"\], verbs \["get", "create"\] in a Role in namespace default/,
  );
});

test('a refused port causes one line and one closed connection; the other ports keep working', async () => {
  await using scene = await ForwardScene.start();
  await scene.pod('web', echo);
  const dead = await freePort();
  const forwarding = await scene.forward('web', `:${scene.port}`, `:${dead}`);
  const [good = 0, bad = 0] = forwarding.local;
  const held = net.connect(good, '127.0.0.1');
  held.write('before');
  await withTimeout(once(held, 'data'), 'the echo');
  const refused = await Promise.all([ask(bad, 'x'), ask(bad, 'x')]);
  assert.deepEqual(
    refused.map(({ ending }) => ending),
    ['reset', 'reset'],
  );
  assert.equal((await ask(good, 'after', { enough: 5 })).text, 'after');
  held.write('again');
  assert.equal(String((await withTimeout(once(held, 'data'), 'the echo'))[0]), 'again');
  held.destroy();
  assert.match(
    forwarding.stderr(),
    new RegExp(
      `^(podway port-forward: 127.0.0.1:${bad}: pod default/web, port ${dead}: .*connection refused.*\n){2}$`,
    ),
  );
});

test('when a pod refuses, the next pod gets all bytes that the client has sent (PT-03)', async () => {
  await using scene = await ForwardScene.start();
  const labels = { app: 'x' };
  await scene.pod('a', undefined, { labels });
  await scene.pod('b', echo, { labels });
  await scene.pod('c', undefined, { labels });
  const forwarding = await scene.forward('-l', 'app=x', `:${scene.port}`);
  const [port = 0] = forwarding.local;
  const texts = Array.from({ length: 12 }, (_, at) => `line ${at};`.repeat(100));
  const answers = await Promise.all(texts.map((text) => ask(port, text, { enough: text.length })));
  for (const [at, { text }] of answers.entries()) assert.equal(text, texts[at]);
  assert.equal(forwarding.stderr(), '');
});

test('a client that ends its side still gets its answer (PT-08)', async () => {
  await using scene = await ForwardScene.start();
  const answer = (socket: Socket) => {
    socket.once('data', () => setTimeout(() => socket.end('late answer'), 50));
  };
  await scene.pod('web', answer);
  const { local } = await scene.forward('web', `:${scene.port}`);
  assert.deepEqual(await ask(local[0] ?? 0, 'question', { ends: true }), {
    text: 'late answer',
    ending: 'fin',
  });
});

test('a stream that breaks resets the client, so that a truncated answer never looks complete (PT-07)', async () => {
  await using scene = await ForwardScene.start();
  await scene.pod('web', (socket) => void socket.write('half of it'));
  const forwarding = await scene.forward('web', `:${scene.port}`);
  const client = net.connect(forwarding.local[0] ?? 0, '127.0.0.1');
  await withTimeout(once(client, 'data'), 'the half');
  const broken = once(client, 'error');
  (await scene.api.untilStreaming('pods/portforward')).socket.reset();
  const [error] = (await withTimeout(broken, 'the end')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
  assert.match(
    forwarding.stderr(),
    /: pod default\/web, port \d+: the connection ended without a close frame\n$/,
  );
});

test('a connection waits for a ready pod, and gets it as soon as it exists', async () => {
  await using scene = await ForwardScene.start();
  const labels = { app: 'web' };
  scene.own('Deployment', 'web');
  const forwarding = await scene.forward('deploy/web', `:${scene.port}`);
  assert.match(
    forwarding.stdout(),
    /-> deployment\/web \(port \d+\), no pod yet; connections wait up to 10 s\n/,
  );
  const asking = ask(forwarding.local[0] ?? 0, 'who');
  await scene.pod('web-1', named('web-1'), { labels, condition: 'unready' });
  scene.change('web-1', { labels });
  assert.equal((await asking).text, 'web-1');
  await forwarding.until('deployment/web: default/web-1 is ready; 1 pod\n');
  scene.change('web-1', { labels, condition: 'terminating' });
  await forwarding.until('deployment/web: default/web-1 has left; no pod yet\n');
});

test('a client waits for a limited time: then an unready pod gets the connection, and without a pod podway prints an error', async () => {
  await using scene = await ForwardScene.start();
  const labels = { app: 'web' };
  scene.own('Deployment', 'web');
  const { local, stderr } = await scene.forward('--wait', '50ms', 'deploy/web', `:${scene.port}`);
  const [port = 0] = local;
  assert.equal((await ask(port, 'who')).ending, 'reset');
  assert.equal(stderr(), `podway port-forward: 127.0.0.1:${port}: no pod existed within 0.05 s\n`);
  await scene.pod('web-1', named('web-1'), { labels, condition: 'unready' });
  await scene.api.untilRequested(({ verb, path }) => verb === 'watch' && path.endsWith('/pods'));
  while ((await ask(port, 'who')).text !== 'web-1');
});

test('a pod that the command line names may be unready', async () => {
  await using scene = await ForwardScene.start();
  await scene.pod('web', named('web'), { condition: 'unready' });
  const { local, stdout } = await scene.forward('web', `:${scene.port}`);
  assert.equal((await ask(local[0] ?? 0, 'who')).text, 'web');
  assert.match(stdout(), /, 1 pod, none ready/);
});

test('a Service that selects other pods, and a new pod with the name of an old one, are followed', async () => {
  await using scene = await ForwardScene.start();
  const ports = [{ port: 80, targetPort: 'web' }];
  scene.own('Service', 'web', { selector: { app: 'blue' }, ports });
  await scene.pod('blue', named('blue'), { labels: { app: 'blue' } });
  await scene.pod('green', named('green'), { labels: { app: 'green' } });
  const forwarding = await scene.forward('svc/web', ':80');
  const [port = 0] = forwarding.local;
  assert.equal((await ask(port, 'who')).text, 'blue');
  await scene.api.untilWatching('services');
  scene.own('Service', 'web', { selector: { app: 'green' }, ports });
  await forwarding.until('default/green is ready');
  assert.equal((await ask(port, 'who')).text, 'green');
  scene.delete('green');
  await scene.pod('green', named('the next'), { labels: { app: 'green' }, uid: 'another' });
  let text = '';
  while (text !== 'the next') ({ text } = await ask(port, 'who'));
});

test('connections above the maximum wait for their turn', async () => {
  await using scene = await ForwardScene.start();
  await scene.pod('web', echo);
  const forwarding = await scene.forward('--max-connections', '1', 'web', `:${scene.port}`);
  const [port = 0] = forwarding.local;
  const first = net.connect(port, '127.0.0.1');
  first.write('first');
  await withTimeout(once(first, 'data'), 'the echo');
  const second = net.connect(port, '127.0.0.1');
  second.write('second');
  first.resetAndDestroy();
  assert.equal(String((await withTimeout(once(second, 'data'), 'the echo'))[0]), 'second');
  assert.equal(scene.api.streams('pods/portforward').length, 1);
  const third = net.connect(port, '127.0.0.1').on('error', () => undefined);
  third.destroy();
  second.destroy();
  const quick = await scene.forward('--max-connections', '1', '--wait', '20ms', 'web', `:${scene.port}`);
  const [other = 0] = quick.local;
  const stalledClient = net.connect(other, '127.0.0.1');
  stalledClient.write('x');
  await withTimeout(once(stalledClient, 'data'), 'the echo');
  assert.equal((await ask(other, 'x')).ending, 'reset');
  assert.match(quick.stderr(), /: too many connections are open \(--max-connections\)\n$/);
  stalledClient.destroy();
});

test('a restart of the API server ends open connections, and new ones wait for it', async () => {
  await using scene = await ForwardScene.start();
  await scene.pod('web', echo);
  const forwarding = await scene.forward('web', `:${scene.port}`);
  const [port = 0] = forwarding.local;
  const client = net.connect(port, '127.0.0.1');
  client.write('x');
  await withTimeout(once(client, 'data'), 'the echo');
  const broken = once(client, 'error');
  await scene.api.down();
  await withTimeout(broken, 'the end');
  const asking = ask(port, 'still there', { enough: 11 });
  await scene.api.up();
  assert.equal((await asking).text, 'still there');
});

test('podway listens at other addresses only with a flag, and prints a warning', async () => {
  await using scene = await ForwardScene.start();
  await scene.pod('web', named('web'));
  const port = `:${scene.port}`;
  const local = await scene.forward('web', port);
  assert.equal(local.stderr(), '');
  const twice = await scene.ended('--address', '127.0.0.1,0.0.0.0', 'web', port);
  assert.match(twice.stderr, /cannot listen on 0\.0\.0\.0:\d+: another program listens there/);
  const open = await scene.forward('--address', '0.0.0.0', 'web', port);
  assert.equal((await ask(open.local[0] ?? 0, 'who')).text, 'web');
  assert.equal(
    open.stderr(),
    'podway port-forward: 0.0.0.0: every client that can connect there can reach the pods with your rights\n',
  );
});

test('podway port-forward as a process, over TLS: curl, and Ctrl-C', async () => {
  await using scene = await ForwardScene.start({ overTls: true });
  const http = createServer((_, response) => response.end('hello'));
  await scene.pod('web', (socket) => void http.emit('connection', socket), { hosts: 'shop.test' });
  const child = scene.start('shop.test/');
  const [line] = (await withTimeout(once(child.stdout, 'data'), 'its first line')) as [Buffer];
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(line.toString()) ?? [];
  const { stdout } = await run('curl', ['-s', `http://127.0.0.1:${port}/`]);
  assert.equal(stdout, 'hello');
  child.kill('SIGINT');
  const [code] = (await withTimeout(once(child, 'close'), 'its end')) as [number];
  assert.equal(code, 130);
});
