import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { withTimeout } from '../fixtures/with-timeout.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { pod } from '../cluster/objects.ts';
import { identity } from '../fixtures/transports.ts';
import { SessionScene } from './session-scene.ts';

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** Exit code, stdout and stderr of the command, and what podway writes to stderr; '' by default. */
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly messages?: string | RegExp;
}

async function check(scene: SessionScene, { args, input, ...row }: Row): Promise<void> {
  const { code, stdout, stderr, messages } = await scene.runInProcess(
    args,
    input === undefined ? {} : { input },
  );
  assert.deepEqual(
    { code, stdout, stderr },
    { code: row.code, stdout: row.stdout ?? '', stderr: row.stderr ?? '' },
    messages,
  );
  const expected = row.messages ?? '';
  if (typeof expected === 'string') assert.equal(messages, expected);
  else assert.match(messages, expected);
}

const SIDECAR = { name: 'sidecar', env: [{ name: 'WHO', value: 'sidecar' }] };

const ROWS: readonly Row[] = [
  {
    name: 'the client gets the exit code, and stdout and stderr separately (TT-10)',
    args: ['exec', 'a', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
    code: 7,
    stdout: 'out\n',
    stderr: 'err\n',
  },
  {
    name: 'the exit code of a command that a signal ended (TT-10)',
    args: ['exec', 'a', '--', 'sh', '-c', 'kill -KILL $$'],
    code: 137,
  },
  {
    name: 'the exit code of a command that does not exist (TT-10)',
    args: ['exec', 'a', '--', 'nosuch'],
    code: 127,
    messages: /^podway exec: .*"nosuch": executable file not found in \$PATH\n$/,
  },
  {
    name: 'when stdin ends, the stdin of the command ends',
    args: ['exec', '-i', 'a', '--', 'wc', '-c'],
    input: 'x'.repeat(100_000),
    code: 0,
    stdout: '100000\n',
  },
  { name: 'without -i there is no stdin', args: ['exec', 'a', '--', 'cat'], input: 'x', code: 0 },
  {
    name: '-t, and stdin of podway is not a terminal',
    args: ['exec', '-it', 'a', '--', 'sh', '-c', 'tty -s || echo none'],
    code: 0,
    stdout: 'none\n',
    messages: 'podway exec: the command gets no terminal: stdin is not a terminal\n',
  },
  {
    name: 'pod/NAME, and flags with values',
    args: ['exec', '--stdin=true', '--tty=false', 'pod/a', '--', 'cat'],
    input: 'x',
    code: 0,
    stdout: 'x',
  },
  {
    name: 'a container given by name',
    args: ['exec', 'two', '-c', 'sidecar', '--', 'sh', '-c', 'echo $WHO'],
    code: 0,
    stdout: 'sidecar\n',
  },
  {
    name: 'the first of several containers, with a line that names the others',
    args: ['exec', 'two', '--', 'sh', '-c', 'echo $WHO'],
    code: 0,
    stdout: '\n',
    messages: 'podway exec: container main of main, sidecar (choose with -c)\n',
  },
  {
    name: 'the container of the annotation, without a line about it',
    args: ['exec', 'annotated', '--', 'sh', '-c', 'echo $WHO'],
    code: 0,
    stdout: 'sidecar\n',
  },
  {
    name: 'a container that does not exist',
    args: ['exec', 'two', '-c', 'web', '--', 'true'],
    code: 125,
    messages: 'podway exec: pod default/two has no container web, only main, sidecar\n',
  },
  ...['deploy/web', 'deployment.apps/web', 'service/web'].map(
    (target): Row => ({
      name: `the first ready pod of ${target}`,
      args: ['exec', target, '--', 'sh', '-c', 'echo $WHO'],
      code: 0,
      stdout: 'web-2\n',
    }),
  ),
  {
    name: 'an owner that does not exist',
    args: ['exec', 'sts/web', '--', 'true'],
    code: 125,
    messages: 'podway exec: there is no statefulset web in namespace default\n',
  },
  {
    name: 'an owner without pods',
    args: ['exec', 'deploy/none', '--', 'true'],
    code: 125,
    messages: 'podway exec: there is no pod behind deployment/none\n',
  },
  {
    name: 'a pod that does not exist',
    args: ['exec', 'b', '-n', 'shop', '--', 'true'],
    code: 125,
    messages: 'podway exec: there is no pod b in namespace shop\n',
  },
  {
    name: 'a name that would change the path (PS-30)',
    args: ['exec', '../secrets/x', '--', 'true'],
    code: 125,
    messages: /^podway exec: expected POD or KIND\/NAME/,
  },
  {
    name: 'a namespace that would change the path (PS-30)',
    args: ['exec', 'a', '-n', '../..', '--', 'true'],
    code: 125,
    messages: /^podway exec: the namespace is not a DNS label/,
  },
  ...(
    [
      [['exec', 'a'], 'expected a command after --'],
      [['exec', '--', 'true'], 'expected the name of a pod'],
      [['exec', 'a', 'b', '--', 'true'], 'expected one pod, and the command after --'],
      [['exec', '--nosuch', 'a', '--', 'true'], "Unknown option '--nosuch'"],
      [
        ['exec', '../x', '--', 'true'],
        'expected POD or KIND/NAME, where KIND is one of pod, deployment, statefulset, daemonset, replicaset, job, service, not ../x',
      ],
      [['attach', 'a', '--', 'true'], 'expected no command'],
    ] as const
  ).map(
    ([args, problem]): Row => ({
      name: `misused: ${args.join(' ')}`,
      args,
      code: 125,
      messages: `podway ${args[0]}: ${problem} (podway ${args[0]} --help)\n`,
    }),
  ),
];

test('podway exec', async (t) => {
  await using scene = await SessionScene.set();
  scene.run('a');
  scene.own('Deployment', 'none');
  scene.own('Deployment', 'web');
  scene.own('Service', 'web');
  scene.runBehind('web', 'web-1', 'unready');
  scene.runBehind('web', 'web-2', 'ready');
  scene.run('two', { name: 'main' }, [SIDECAR]);
  scene.run('annotated', { name: 'main' }, [SIDECAR], {
    'kubectl.kubernetes.io/default-container': 'sidecar',
  });
  for (const row of ROWS) await t.test(row.name, () => check(scene, row));
  await t.test('8 MB in both directions, byte for byte, in a separate process', async () => {
    const input = Buffer.alloc(8_000_000);
    for (let at = 0; at < input.length; at += 1) input[at] = (at * 2_654_435_761) >>> 24;
    const { code, stdout, stderr } = await scene.end(['exec', '-i', 'a', '--', 'cat'], input);
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(stdout.equals(input));
  });
  assert.equal(scene.api.streams('pods/exec').length, 0, 'all streams have ended');
});

const READ: Rule = { verbs: ['get', 'list', 'watch'], resources: ['pods'] };

test('podway reports a missing right with verb, resource and namespace (PS-04)', async () => {
  await using scene = await SessionScene.set({ rules: [READ] });
  scene.run('a');
  const refused = await scene.runInProcess(['exec', 'a', '--', 'true']);
  assert.equal(refused.code, 125);
  assert.match(
    refused.messages,
    /^podway exec: grant .*"pods\/exec"\], verbs \["get", "create"\] in a Role in namespace default\. .* 403: .*"pods\/exec".*\n$/,
  );
  scene.api.token = 'hunter2';
  const unknown = await scene.runInProcess(['exec', 'a', '--', 'true']);
  assert.match(
    unknown.messages,
    /^podway exec: get pods failed: the API server answered 401: Unauthorized\n$/,
  );
});

test('--kubeconfig, --context and the namespace of a context', async () => {
  await using scene = await SessionScene.set();
  const config = JSON.parse(scene.api.kubeconfig()) as { contexts: { name: string; context: object }[] };
  const [one] = config.contexts;
  config.contexts.push({ name: 'shop', context: { ...one?.context, namespace: 'shop' } });
  const file = join(scene.folder, 'other');
  await writeFile(file, JSON.stringify(config));
  const exec = (...flags: string[]) =>
    scene.runInProcess(['exec', ...flags, 'b', '--', 'true'], { env: { KUBECONFIG: '/nosuch' } });
  const messages = async (...flags: string[]) => (await exec(...flags)).messages;
  assert.equal(await messages('--kubeconfig', file), 'podway exec: there is no pod b in namespace default\n');
  assert.equal(
    await messages('--kubeconfig', file, '--context', 'shop'),
    'podway exec: there is no pod b in namespace shop\n',
  );
  assert.equal(
    await messages('--kubeconfig', file, '--context', 'x'),
    'podway exec: the kubeconfig has no context x\n',
  );
  assert.equal(
    await messages('--kubeconfig', '/nosuch'),
    'podway exec: the kubeconfig /nosuch cannot be read (ENOENT)\n',
  );
});

test('no error message contains a secret of a kubeconfig (PS-29)', async () => {
  await using scene = await SessionScene.set();
  const secret = 'hunter2';
  const encoded = Buffer.from(secret).toString('base64');
  const cluster = { server: scene.api.url.replace('http:', 'https:'), 'insecure-skip-tls-verify': true };
  const certificate = { 'client-certificate-data': encoded, 'client-key-data': encoded };
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [secret] };
  const file = join(scene.folder, 'failing');
  for (const [its, user] of [
    [cluster, { token: secret }],
    [cluster, { username: 'ann', password: secret }],
    [cluster, certificate],
    [cluster, { exec }],
    [
      { ...cluster, 'certificate-authority-data': encoded, 'insecure-skip-tls-verify': false },
      { token: secret },
    ],
    [{ ...cluster, 'proxy-url': `http://ann:${secret}@127.0.0.1:1` }, { token: secret }],
    [{ ...cluster, 'proxy-url': `ftp://ann:${secret}@127.0.0.1` }, { token: secret }],
    [{ server: `ftp://ann:${secret}@127.0.0.1` }, {}],
    [cluster, { token: [secret] }],
  ] as const) {
    const entries = { clusters: [{ name: 'c', cluster: its }], users: [{ name: 'u', user }] };
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    await writeFile(file, JSON.stringify({ ...entries, contexts, 'current-context': 'x' }));
    const { code, messages } = await scene.runInProcess(['exec', '--kubeconfig', file, 'a', '--', 'true']);
    assert.equal(code, 125, messages);
    assert.match(messages, /^podway exec: [\x20-\x7e]+\n$/);
    for (const it of [secret, encoded])
      assert.ok(!messages.includes(it), `${messages} for ${JSON.stringify([its, user])}`);
  }
});

test('over TLS, where other requests use HTTP/2 and a stream cannot', async (t) => {
  const tls = await identity().catch(() => undefined);
  if (tls === undefined) return t.skip('no openssl on this machine');
  await using scene = await SessionScene.set({ tls });
  scene.run('a');
  const { code, stdout } = await scene.runInProcess(['exec', 'a', '--', 'echo', 'x']);
  assert.deepEqual([code, stdout], [0, 'x\n']);
  const versions = (verb: string) =>
    scene.api.requests
      .filter((it) => it.verb === verb && it.path.includes('/pods/a'))
      .map((it) => it.httpVersion);
  assert.deepEqual(new Set(versions('get')), new Set(['2.0', '1.1']));
});

test('a stream that breaks is a failure, and the output that has arrived is written (PS-20)', async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const bytes = [Buffer.from([0x82, 5, 1]), Buffer.from('half')];
  scene.api.injectFault({ resource: 'pods/exec' }, { kind: 'stream', bytes, end: 'fin' });
  const { code, stdout, messages } = await scene.runInProcess(['exec', 'a', '--', 'true']);
  assert.deepEqual([code, stdout], [125, 'half']);
  assert.match(messages, /^podway exec: the stream ended without an exit status: /);
});

test('podway cannot send the end of stdin to a server without v5, and reports that once (PS-16)', async () => {
  await using scene = await SessionScene.set({ streamVersion: 'v4-only' });
  scene.run('a');
  const { code, stdout, messages } = await scene.runInProcess(['exec', '-i', 'a', '--', 'head', '-c', '3'], {
    input: 'abc',
  });
  assert.deepEqual([code, stdout], [0, 'abc']);
  assert.match(messages, /^podway exec: this cluster cannot signal the end of stdin .*\n$/);
});

test('a pod that is deleted ends the session with that reason (TT-11)', async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const ending = scene.runInProcess(['exec', '-i', 'a', '--', 'sleep', '1000'], { input: new PassThrough() });
  await scene.api.untilStreaming('pods/exec');
  await scene.api.untilWatching('pods');
  scene.api.delete(pod('a'));
  const { code, messages } = await ending;
  assert.deepEqual([code, messages], [125, 'podway exec: pod default/a was deleted\n']);
});

test('signals end a session, even when its output is not read (TT-12)', async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const signals = new Map<string, () => void>();
    const taking = Promise.withResolvers<void>();
    // The first write never ends.
    const stdout = new Writable({ write: () => taking.resolve() });
    const ending = scene.runInProcess(['exec', 'a', '--', 'yes'], { signals, stdout });
    await taking.promise;
    signals.get(signal)?.();
    assert.equal((await ending).code, code);
  }
});

test('a reader that closes the output of podway ends the session without an error', async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const child = scene.start('exec', 'a', '--', 'yes');
  child.stdout.once('data', () => child.stdout.destroy());
  const [[code], stderr] = await withTimeout(
    Promise.all([once(child, 'close'), text(child.stderr)]),
    'the end',
  );
  assert.deepEqual([code, stderr], [141, '']);
});
