import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { createKubectl, type Kubectl } from '../fixtures/kubectl.ts';
import type { KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import { terminals, type Terminals } from '../fixtures/kubernetes-api/streams/terminals.ts';
import { pod } from './objects.ts';

// The stand-in is useful only if the usual client works with it: kubectl 1.35, without changes.

/** A pod whose container runs this command, and the folder of its files. */
function running(kubectl: Kubectl, container: object = {}): void {
  const object = pod('a');
  const [main] = object.spec.containers;
  kubectl.api.run({ ...object, spec: { containers: [{ ...main, ...container }] } }, { cwd: kubectl.home });
}

async function createRunning(t: TestContext, options?: KubernetesApiOptions): Promise<Kubectl | undefined> {
  const kubectl = await createKubectl(t, options);
  if (kubectl !== undefined) running(kubectl);
  return kubectl;
}

const EXEC: readonly (readonly [string, readonly string[], string | undefined, object])[] = [
  ['output and success', ['exec', 'a', '--', 'echo', 'x'], undefined, { code: 0, stdout: 'x\n', stderr: '' }],
  [
    'an exit code and both streams',
    ['exec', 'a', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
    undefined,
    { code: 7, stdout: 'out\n', stderr: 'err\ncommand terminated with exit code 7\n' },
  ],
  [
    'the end of stdin',
    ['exec', '-i', 'a', '--', 'wc', '-c'],
    'x'.repeat(100_000),
    { code: 0, stdout: '100000\n', stderr: '' },
  ],
  [
    'a signal',
    ['exec', 'a', '--', 'sh', '-c', 'kill -TERM $$'],
    undefined,
    { code: 143, stdout: '', stderr: 'command terminated with exit code 143\n' },
  ],
];

test('kubectl exec: one pod, many commands', async (t) => {
  await using kubectl = await createRunning(t);
  if (kubectl === undefined) return;
  for (const [name, args, input, expected] of EXEC) {
    await t.test(name, async () => {
      const { code, stdout, stderr } = await kubectl.end(args, input);
      assert.deepEqual({ code, stdout: stdout.toString(), stderr }, expected);
    });
  }
  await t.test('no such program', async () => {
    const { code, stderr } = await kubectl.end(['exec', 'a', '--', 'nosuch']);
    assert.equal(code, 1);
    assert.match(stderr, /^error: Internal error occurred: .*"nosuch": executable file not found in \$PATH/);
  });
  await t.test('8 MB in both directions, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * 2_654_435_761) >>> 24));
    const input = Buffer.concat([bytes, bytes, bytes, bytes]);
    const { code, stdout } = await kubectl.end(['exec', '-i', 'a', '--', 'cat'], input);
    assert.equal(code, 0);
    assert.ok(stdout.equals(input));
  });
  const open = kubectl.api.streams('pods/exec').map((stream) => stream.socket.closed);
  await withTimeout(Promise.all(open), 'the end of all streams');
});

test('kubectl exec reports the missing permission and other refusals of the server', async (t) => {
  await using kubectl = await createRunning(t);
  if (kubectl === undefined) return;
  const complaint = async (...args: string[]) => (await kubectl.end(['exec', ...args, '--', 'true'])).stderr;
  assert.match(await complaint('b'), /pods "b" not found/);
  kubectl.api.apply(pod('idle'));
  assert.match(await complaint('idle'), /container not found \("main"\)/);
  kubectl.api.rules = [{ verbs: ['get'], resources: ['pods', 'pods/exec'] }];
  assert.match(await complaint('a'), /pods "a" is forbidden: .* cannot create resource "pods\/exec"/);
});

/** A kubectl in a terminal of 111 columns and 33 rows, with its screen. */
function startOnTerminal(kubectl: Kubectl, from: Terminals, args: readonly string[]) {
  const options = { cols: 111, rows: 33, env: kubectl.env, encoding: null } as const;
  const terminal = from.spawn(kubectl.program, args, options);
  let seen = '';
  const news = new EventEmitter();
  terminal.onData((data) => {
    seen += data.toString();
    news.emit('seen');
  });
  const ended = new Promise<number>((end) => terminal.onExit(({ exitCode }) => end(exitCode)));
  return {
    terminal,
    /** Resolves with the contents of the screen when it has this text. */
    sees: async (text: string): Promise<string> => {
      while (!seen.includes(text)) await withTimeout(once(news, 'seen'), () => seen);
      return seen;
    },
    end: async (): Promise<[number, string]> => [await withTimeout(ended, () => seen), seen],
  };
}

test('kubectl exec -it has a terminal of its size, and its exit code', async (t) => {
  if (typeof terminals === 'string') return t.skip(terminals);
  await using kubectl = await createRunning(t);
  if (kubectl === undefined) return;
  const script = 'until [ "$(stty size)" = "33 111" ]; do :; done; tty -s && echo sized; read x; exit $x';
  const { terminal, sees, end } = startOnTerminal(kubectl, terminals, [
    'exec',
    '-it',
    'a',
    '--',
    'sh',
    '-c',
    script,
  ]);
  await sees('sized');
  terminal.write('3\r');
  assert.deepEqual(await end(), [3, 'sized\r\n3\r\ncommand terminated with exit code 3\r\n']);
});

test('kubectl attach -it joins the terminal of the main process, with a new size', async (t) => {
  if (typeof terminals === 'string') return t.skip(terminals);
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  const script =
    'while read word; do until [ "$(stty size)" = "33 111" ]; do :; done; echo "got $word"; done';
  running(kubectl, { command: ['sh', '-c', script], stdin: true, tty: true });
  const { terminal, sees } = startOnTerminal(kubectl, terminals, ['attach', '-it', 'a']);
  const { socket } = await kubectl.api.untilStreaming('pods/attach');
  terminal.write('one\r');
  await sees('got one');
  terminal.kill();
  await socket.closed;
});

test('kubectl attach joins the main process, which continues after kubectl ends', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  running(kubectl, { command: ['sh', '-c', 'while read line; do echo "got $line"; done'], stdin: true });
  for (const word of ['one', 'two']) {
    const child = kubectl.startWithInput('attach', '-i', '-q', 'a');
    await kubectl.api.untilStreaming('pods/attach');
    child.stdin.write(`${word}\n`);
    const [line] = (await withTimeout(once(child.stdout, 'data'), 'the echo')) as [Buffer];
    assert.equal(line.toString(), `got ${word}\n`);
    const closed = once(child, 'close');
    child.kill();
    await closed;
    const [open] = kubectl.api.streams('pods/attach');
    await open?.socket.closed;
  }
});

test('kubectl cp copies a folder to a pod and back', async (t) => {
  await using kubectl = await createRunning(t);
  if (kubectl === undefined) return;
  await mkdir(kubectl.file('from'));
  await mkdir(kubectl.file('pod'));
  await writeFile(kubectl.file('from/text'), 'content of the file\n');
  for (const [from, to] of [
    [kubectl.file('from'), `a:${kubectl.file('pod')}`],
    [`a:${kubectl.file('pod/from')}`, kubectl.file('back')],
  ] as const) {
    const { code, stderr } = await kubectl.end(['cp', from, to]);
    assert.equal(code, 0, stderr);
  }
  assert.equal(await readFile(kubectl.file('back/text'), 'utf8'), 'content of the file\n');
});
