import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { terminals } from '../fixtures/kubernetes-api/streams/terminals.ts';
import { pod } from '../cluster/objects.ts';
import { identity } from '../fixtures/transports.ts';
import { SessionScene } from '../sessions/session-scene.ts';
import { LinkScene } from './link-scene.ts';
import { askForTicket } from './page-client.ts';

const skip = typeof terminals === 'string' ? terminals : false;

test('a shell in the pod: keys, colours, wide characters, sizes, and its exit code (TT-06, TT-10)', {
  skip,
}, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a']);
  using page = await link.open({ columns: 90, rows: 30 });
  const { container, readOnly, tty } = page.statuses[0] ?? {};
  assert.deepEqual({ container, readOnly, tty }, { container: 'main', readOnly: false, tty: true });
  page.type('stty size\r');
  await page.waitFor('\n30 90');
  page.resize(70, 20);
  page.type('until [ "$(stty size)" = "20 70" ]; do sleep 0.01; done; echo re-"sized"\r');
  await page.waitFor('\nre-sized');
  // The four bytes of a character arrive in pieces; a byte that is not UTF-8 does not change the text after it.
  page.type(
    `printf '\\033[31mred\\033[0m 日本 \\360'; sleep 0.05; printf '\\237\\230\\200 \\377\\000 after\\n'\r`,
  );
  await page.waitFor('red 日本 😀  after');
  const line = page
    .text()
    .split('\n')
    .findIndex((it) => it.startsWith('red'));
  const cell = page.screen.buffer.active.getLine(line)?.getCell(0);
  assert.equal(cell?.getFgColor(), 1);
  page.type('exit 7\r');
  assert.deepEqual(await page.ended(), {
    code: 1000,
    status: { state: 'ended', reason: 'exited', detail: 'exit code 7', exitCode: 7 },
  });
  assert.equal(await link.ended, 7);
  assert.equal(
    link.complained(),
    [
      'podway terminal: open this link in a browser within 10 minutes; it works once, and Ctrl-C ends podway',
      'podway terminal: the page is open: default/a',
    ].join('\n'),
  );
});

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  readonly container?: object;
  readonly code: number;
  readonly reason: string;
  readonly complained: RegExp;
}

const ROWS: readonly Row[] = [
  {
    name: 'a given command, and its exit code (TT-10)',
    args: ['a', '--', 'sh', '-c', 'exit 3'],
    code: 3,
    reason: 'exited',
    complained: /is open: default\/a$/,
  },
  {
    name: 'a signal (TT-10)',
    args: ['a', '--', 'sh', '-c', 'kill -KILL $$'],
    code: 137,
    reason: 'exited',
    complained: /is open/,
  },
  {
    name: 'an image without that program: the error has a hint (TT-09)',
    args: ['a', '--', 'nosuch'],
    code: 127,
    reason: 'failed',
    complained: /executable file not found.*kubectl debug -it a --image=busybox/,
  },
  {
    name: 'an image without a shell (TT-09)',
    args: ['a'],
    container: { env: [{ name: 'PATH', value: '/nowhere' }] },
    code: 127,
    reason: 'failed',
    complained: /kubectl debug -it a/,
  },
];

for (const { name, args, container, code, reason, complained } of ROWS) {
  test(name, { skip }, async () => {
    await using scene = await SessionScene.set();
    scene.run('a', container);
    await using link = await LinkScene.start(scene, ['--no-open', ...args]);
    using page = await link.open();
    assert.equal((await page.ended()).status?.['reason'], reason);
    assert.equal(await link.ended, code);
    assert.match(link.complained(), complained);
  });
}

test('the link is valid once, and the page gets no credential (TT-16, TT-17)', {
  skip,
}, async () => {
  await using scene = await SessionScene.set({ tls: await identity(), token: 'token-of-the-user' });
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'cat']);
  assert.match(link.secret, /^[\w-]{43}$/);
  const wrong = await askForTicket(link.port, `${link.secret.slice(0, -1)}_`);
  assert.deepEqual([wrong.status, JSON.parse(wrong.body).reason], [401, 'unauthorized']);
  using page = await link.open();
  const again = await askForTicket(link.port, link.secret);
  assert.deepEqual([again.status, JSON.parse(again.body).reason], [403, 'link-used']);
  const shown = JSON.stringify([page.statuses, page.warnings, wrong, again]) + link.complained();
  assert.doesNotMatch(shown, /token-of-the-user/);
  assert.ok(!shown.includes(link.secret));
});

test('Ctrl-C before the link is opened ends podway without an error', async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a']);
  link.signals.get('SIGINT')?.();
  assert.equal(await link.ended, 130);
  assert.match(link.complained(), /^podway terminal: open this link .*$/);
});

test('podway ends when the page is closed', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'cat']);
  (await link.open())[Symbol.dispose]();
  assert.equal(await link.ended, 129);
  assert.match(link.complained(), /\npodway terminal: the page was closed$/);
});

test('no key and no size of a viewer reaches the pod, and the terminal stays open (TT-22)', {
  skip,
}, async () => {
  await using scene = await SessionScene.set();
  const script =
    'sized() { [ "$(stty size)" = "24 80" ]; }; stty -echo; while :; do read line && until sized; do sleep 0.01; done && echo "got $line"; done';
  scene.run('a', { command: ['sh', '-c', script], tty: true, stdin: true });
  await using writer = await LinkScene.start(scene, ['--no-open', '--attach', 'a']);
  using typing = await writer.open();
  typing.type('first\r');
  await typing.waitFor('got first');
  await using reader = await LinkScene.start(scene, ['--no-open', '--readonly', 'a']);
  using watching = await reader.open();
  assert.equal(watching.statuses[0]?.['readOnly'], true);
  const asked = scene.api.requests.filter(({ path }) => path.endsWith('/attach')).at(-1);
  assert.equal(asked?.query.has('stdin'), false, 'the request to the API server has no stdin');
  watching.type('evil\r');
  watching.resize(10, 10);
  await watching.until(() => watching.taken > 0, 'the keys are handled');
  typing.type('second\r');
  await watching.waitFor('got second');
  assert.doesNotMatch(watching.text(), /evil/);
});

test('a page that does not acknowledge output pauses the pod, and can still interrupt it (TT-04, TT-05)', {
  skip,
}, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, [
    '--no-open',
    'a',
    '--',
    'sh',
    '-c',
    'trap : INT; yes; echo interrupted; read more',
  ]);
  using page = await link.open();
  page.acknowledges = false;
  await page.until(() => page.received === 262_144, 'a full window');
  const [stream] = scene.api.streams('pods/exec');
  assert.ok(stream);
  page.type('\x03');
  await page.until(() => page.taken === 1, 'the key');
  assert.equal(page.received, 262_144, 'the page gets no further output');
  page.acknowledges = true;
  page.show(262_144);
  await page.waitFor('interrupted');
});

test('endless input is accepted only as fast as the pod reads it (TT-07)', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const script = 'stty raw -echo; echo ready; head -c 1048576 | md5sum; read more';
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'sh', '-c', script]);
  using page = await link.open();
  await page.waitFor('ready');
  let sent = 0;
  while (sent < 1_048_576) {
    page.type('x'.repeat(32_768));
    sent += 32_768;
    await page.until(() => sent - page.taken <= 32_768, 'room for more');
  }
  await page.waitFor(createHash('md5').update('x'.repeat(1_048_576)).digest('hex'));
});

test('the connection of a page that violates the protocol is closed', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'sleep', '1000']);
  using page = await link.open();
  page.send(9, Buffer.alloc(4));
  assert.equal((await page.ended()).code, 1008);
  assert.equal(await link.ended, 125);
  assert.match(link.complained(), /the page broke the protocol/);
});

test('the terminal of a deleted pod ends, with that reason (TT-11)', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'sleep', '1000']);
  using page = await link.open();
  scene.api.delete(pod('a'));
  const { status } = await page.ended();
  assert.deepEqual([status?.['reason'], status?.['detail']], ['pod-gone', 'pod default/a was deleted']);
});

test('the page gets a message when podway ends (TT-25)', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'sleep', '1000']);
  using page = await link.open();
  link.signals.get('SIGTERM')?.();
  const { code, status } = await page.ended();
  assert.deepEqual([code, status?.['reason']], [1001, 'shutdown']);
  assert.equal(await link.ended, 143);
});

test('a terminal without keystrokes gets a warning, and ends (TT-21)', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'sleep', '1000'], {
    TERMINAL_IDLE: '1s',
  });
  using page = await link.open();
  const { code, status } = await page.ended();
  assert.deepEqual([code, status?.['reason']], [1000, 'idle']);
  assert.match(page.warnings.join(), /^This terminal ends in \d s unless you press a key\.$/);
});

test('a recording has the output of the terminal, and not its input (TT-24)', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const folder = await mkdtemp(join(tmpdir(), 'podway-records-'));
  const script = 'stty -echo; echo ready; read secret; echo "has ${#secret}"';
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'sh', '-c', script], {
    TERMINAL_RECORD: folder,
  });
  using page = await link.open({ columns: 90, rows: 30 });
  await page.waitFor('ready');
  page.type('password\r');
  await page.ended();
  assert.equal(await link.ended, 0);
  const [name = ''] = await readdir(folder);
  assert.match(name, /^\d{4}-\d\d-\d\dT[\d-]+Z-default-a-[0-9a-f]{12}\.cast$/);
  assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
  const [header = '', ...events] = (await readFile(join(folder, name), 'utf8')).trim().split('\n');
  const { version, width, height, title } = JSON.parse(header) as Record<string, unknown>;
  assert.deepEqual(
    { version, width, height, title },
    { version: 2, width: 90, height: 30, title: 'default/a' },
  );
  const read = events.map((it) => JSON.parse(it) as [number, string, string]);
  assert.deepEqual(new Set(read.map(([, code]) => code)), new Set(['o']));
  assert.equal(read.map(([, , data]) => data).join(''), 'ready\r\nhas 8\r\n');
});

test('a terminal continues when its recording cannot be written (TT-24)', { skip }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  await using link = await LinkScene.start(scene, ['--no-open', 'a', '--', 'cat'], {
    TERMINAL_RECORD: '/dev/null/nowhere',
  });
  using page = await link.open();
  await page.until(() => page.warnings.length > 0, 'the warning');
  assert.equal(page.warnings[0], 'The recording of this terminal has ended: ENOTDIR');
  page.type('lives\r');
  await page.waitFor('lives');
});

interface Wrong {
  readonly name: string;
  readonly args: readonly string[];
  readonly complained: string | RegExp;
}

const WRONG: readonly Wrong[] = [
  {
    name: 'no pod',
    args: [],
    complained: 'podway terminal: expected the name of a pod (podway terminal --help)',
  },
  {
    name: 'a command and --attach',
    args: ['--attach', 'a', '--', 'sh'],
    complained: 'podway terminal: expected a command or --attach, not both (podway terminal --help)',
  },
  {
    name: 'an unknown flag',
    args: ['--port=1', 'a'],
    complained: /^podway terminal: Unknown option '--port'/,
  },
  { name: 'no such pod', args: ['b'], complained: 'podway terminal: there is no pod b in namespace default' },
  { name: 'a pod that does not exist', args: ['a', '-c', 'x'], complained: /has no container x, only main$/ },
];

for (const { name, args, complained } of WRONG) {
  test(`podway terminal with ${name}`, async () => {
    await using scene = await SessionScene.set();
    scene.run('a');
    const failure = await LinkScene.start(scene, ['--no-open', ...args]).then(
      () => assert.fail('it starts'),
      (error: Error) => error.message,
    );
    assert.match(failure, /^ended with 125: /);
    const line = failure.slice('ended with 125: '.length);
    if (typeof complained === 'string') assert.equal(line, complained);
    else assert.match(line, complained);
  });
}

test('a user without the right to enter the pod gets an error before a link is printed (TT-19)', async () => {
  const rules = [
    { verbs: ['get' as const], resources: ['pods'] },
    { verbs: ['get' as const], resources: ['pods/exec'] },
  ];
  await using scene = await SessionScene.set({ rules });
  scene.run('a');
  await assert.rejects(
    LinkScene.start(scene, ['--no-open', 'a']),
    /this user may not create pods\/exec of default\/a$/,
  );
});
