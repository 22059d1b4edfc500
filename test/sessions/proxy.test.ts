import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { listenTcp, listenUnix } from '../../src/apiproxy/listen.ts';
import { proxy } from '../../src/cli/proxy.ts';
import type { Runtime } from '../../src/cli/runtime.ts';
import { applyPodAt } from '../cluster/pod-and-service.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { kubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { startRecordingPod } from '../fixtures/recording-pod.ts';
import { SessionScene } from './session-scene.ts';
import { MAIN } from '../fixtures/program.ts';

const run = promisify(execFile);

/** `podway proxy` as a process. */
async function startProxy(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, 'proxy', '--port=0', ...args], { env, stdio: 'pipe' });
  const [line] = (await withTimeout(once(child.stdout, 'data'), 'podway proxy')) as [Buffer];
  const [, at = ''] = /^Starting to serve on (\S+)\n$/.exec(line.toString()) ?? [];
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number> => {
    const closed = once(child, 'close') as Promise<[number]>;
    child.kill(signal);
    const [code] = await withTimeout(closed, 'the end of podway proxy');
    return code;
  };
  return { at, end, complaints: text(child.stderr) };
}

test('kubectl and curl through podway proxy: get, logs -f, exec, port-forward', async (t: TestContext) => {
  const tools = await kubernetesTools();
  if (typeof tools === 'string') return t.skip(tools);
  await using pod = await startRecordingPod();
  await using scene = await SessionScene.set();
  applyPodAt(scene.api, pod.port);
  scene.run('web');
  const proxied = await startProxy(scene.env, '--allow=exec,portforward');
  // kubectl has no kubeconfig: it knows only the address of the proxy.
  const env = { PATH: process.env['PATH'], HOME: join(scene.folder, 'nobody') };
  const server = `--server=http://${proxied.at}`;
  const kubectl = async (...args: readonly string[]) =>
    run(tools.kubectl, [server, ...args], { env, timeout: 30_000 });
  const start = (...args: readonly string[]) =>
    spawn(tools.kubectl, [server, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });

  await t.test('get', async () => {
    const { stdout } = await kubectl('get', 'pods', '-o', 'name');
    assert.equal(stdout, 'pod/a\npod/web\n');
  });
  await t.test('logs -f', async () => {
    scene.api.logs.write('a', 'one\n');
    const child = start('logs', '-f', 'a');
    const closed = once(child, 'close');
    let seen = '';
    child.stdout.on('data', (piece: Buffer) => (seen += piece.toString()));
    const shows = async (all: string): Promise<void> => {
      while (seen !== all) await withTimeout(once(child.stdout, 'data'), () => seen);
    };
    await shows('one\n');
    scene.api.logs.write('a', 'two\n');
    await shows('one\ntwo\n');
    child.kill();
    await closed;
  });
  await t.test('exec', async () => {
    const { stdout } = await kubectl('exec', 'web', '--', 'sh', '-c', 'echo hello');
    assert.equal(stdout, 'hello\n');
    const failed = kubectl('exec', 'web', '--', 'sh', '-c', 'exit 7');
    await assert.rejects(failed, ({ code }: { code: number }) => code === 7);
  });
  await t.test('port-forward', async () => {
    const child = start('port-forward', 'a', `:${pod.port}`);
    const closed = once(child, 'close');
    const [line] = (await withTimeout(once(child.stdout, 'data'), 'port-forward')) as [Buffer];
    const [, port = ''] = /127\.0\.0\.1:(\d+) ->/.exec(line.toString()) ?? [];
    const answer = await fetch(`http://127.0.0.1:${port}/hello`);
    assert.equal(((await answer.json()) as { url: string }).url, '/hello');
    child.kill();
    await closed;
  });
  await t.test('attach is not allowed, and kubectl reports it', async () => {
    await assert.rejects(kubectl('attach', 'a'), /podway proxy: attach is not allowed/);
  });
  await t.test('curl by host name, and with the Origin of another site', async () => {
    const port = proxied.at.split(':')[1];
    const { stdout } = await run('curl', ['-sS', '-i', `http://localhost:${port}/api/v1/pods`]);
    assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n[\s\S]*"kind":"PodList"/);
    const foreign = ['-sS', '-H', 'Origin: http://evil.example', `http://${proxied.at}/api`];
    assert.match((await run('curl', foreign)).stdout, /"code":403/);
  });
  assert.equal(await proxied.end(), 143);
  assert.deepEqual((await proxied.complaints).split('\n'), [
    'podway proxy: attach is not allowed (podway proxy --allow=attach)',
    'podway proxy: the request is refused: a page of another origin sends it (Origin; see --allow-origin)',
    '',
  ]);
});

test('a socket file is created for its owner only, and an existing file is never replaced (AP-07)', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'podway-socket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'proxy.sock');
  await using scene = await SessionScene.set();
  const signals = new Map<string, () => void>();
  const printed = Promise.withResolvers<string>();
  const ended = proxy({
    args: ['--unix-socket', path],
    env: scene.env,
    print: printed.resolve,
    printError: printed.resolve,
    onSignal: (name: string, listener: () => void) => signals.set(name, listener),
  } as unknown as Runtime);
  assert.equal(await withTimeout(printed.promise, 'podway proxy'), `Starting to serve on ${path}\n`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['proxy.sock'], 'the folder contains only the socket');
  const sent = request({ socketPath: path, path: '/api/v1/pods', headers: { host: 'anything' } });
  sent.end();
  const [answer] = (await withTimeout(once(sent, 'response'), 'an answer')) as [IncomingMessage];
  assert.equal(answer.statusCode, 200);
  answer.resume();

  const others = {
    'a socket that is in use': (at: string) => linkSync(path, at),
    'a file': (at: string) => writeFileSync(at, 'mine'),
    'a symbolic link to nowhere': (at: string) => symlinkSync(join(folder, 'nowhere'), at),
    'a symbolic link to a file': (at: string) => symlinkSync(path, at),
  };
  for (const [name, make] of Object.entries(others)) {
    await t.test(name, async () => {
      const at = join(folder, 'other');
      make(at);
      const before = lstatSync(at);
      const server = createServer();
      await assert.rejects(
        listenUnix(server, at),
        /exists: stop the program that listens there, or remove the file/,
      );
      assert.equal(lstatSync(at).ino, before.ino);
      assert.equal(server.listening, false);
      rmSync(at);
    });
  }
  await t.test('a folder that does not exist', async () => {
    await assert.rejects(
      listenUnix(createServer(), join(folder, 'no', 's')),
      /cannot make the socket .*ENOENT/,
    );
  });
  signals.get('SIGTERM')?.();
  assert.equal(await withTimeout(ended, 'the end'), 143);
  assert.deepEqual(readdirSync(folder), []);
});

test('a port in use', async () => {
  const server = createServer();
  const { at } = await listenTcp(server, '127.0.0.1', 0);
  const port = Number(at.split(':')[1]);
  await assert.rejects(listenTcp(createServer(), '127.0.0.1', port), {
    message: `cannot listen on 127.0.0.1 port ${port} (--port): it is already in use (--port 0 takes a free port)`,
  });
  server.close();
});

const BAD: readonly (readonly [readonly string[], RegExp])[] = [
  [['--port=x'], /--port: expected a number from 0 to 65535/],
  [['--port=65536'], /--port: expected/],
  [['--allow=exec,shell'], /--allow: expected one of exec, attach, .*, not shell/],
  [['--query=both'], /--query: expected one of auto, tunnel, queryargs, off, not both/],
  [['--accept-hosts=^localhost$'], /--accept-hosts: expected names or addresses .*regular expressions/],
  [['--accept-hosts=.*'], /--accept-hosts/],
  [['--accept-hosts=a:80'], /--accept-hosts/],
  [['--allow-origin=localhost'], /--allow-origin: expected an origin such as/],
  [['--allow-origin=http://a/'], /--allow-origin/],
  [['--api-prefix=k8s'], /--api-prefix: expected a path/],
  [['--api-prefix=/../'], /--api-prefix/],
  [['--unix-socket='], /--unix-socket: expected/],
  [['--disable-filter'], /Unknown option '--disable-filter'/],
  [['more'], /expected only flags, not more/],
];

test('unknown flags are reported with the expected flags', async () => {
  for (const [args, words] of BAD) {
    let printed = '';
    const printError = (...lines: readonly string[]) => (printed += lines.join('\n'));
    const code = await proxy({ args, printError, env: {} } as unknown as Runtime);
    assert.equal(code, 2, args.join(' '));
    assert.match(printed, words);
  }
});
