import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { podManifest } from '../rig/manifest.ts';
import { Origin } from '../rig/origin.ts';
import { all, copies, last, readDockerfile, type Stage } from './dockerfile.ts';
import { ImageRoot } from './image-root.ts';

const stages = readDockerfile();
const final = stages.at(-1);

function stage(name: string): Stage | undefined {
  return stages.find((it) => it.name === name);
}

test('only production dependencies, without scripts of theirs, and compiled sources come into the image', () => {
  assert.deepEqual(
    copies(final).map(({ from, paths, to }) => `${from}: ${paths.join()} ${to}`),
    [
      'dependencies: /app/node_modules ./node_modules',
      'build: /app/package.json ./package.json',
      'build: /app/dist ./dist',
    ],
  );
  assert.match(last(stage('dependencies'), 'RUN'), /^npm ci --omit=dev --ignore-scripts /);
  assert.equal(last(stage('build'), 'RUN'), 'npm run build');
  assert.deepEqual(all(final, 'RUN'), [], 'nothing runs there, so no shell is needed');
});

test('an unprivileged user, ports that it may bind, no inspector, labels', () => {
  assert.equal(last(final, 'USER'), '65532:65532');
  const { PORT, ADMIN_PORT } = environment();
  assert.equal(last(final, 'EXPOSE'), `${PORT} ${ADMIN_PORT}`);
  for (const port of [PORT, ADMIN_PORT]) assert.ok(Number(port) > 1024);
  assert.ok(command().includes('--disable-sigusr1'));
  for (const label of ['title', 'description', 'licenses', 'version', 'revision']) {
    assert.ok(last(final, 'LABEL').includes(`org.opencontainers.image.${label}=`), label);
  }
  assert.equal(last(final, 'STOPSIGNAL'), 'SIGTERM');
});

test('.dockerignore lets through what the Dockerfile copies, and nothing else', async () => {
  const lines = (await readFile(new URL('../../.dockerignore', import.meta.url), 'utf8')).split('\n');
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(rules[0], '*');
  const through = rules.slice(1).map((rule) => rule.replace(/^!/, ''));
  const context = stages.flatMap(copies).filter(({ from }) => from === undefined);
  const wanted = new Set(context.flatMap(({ paths }) => paths));
  assert.deepEqual([...wanted].sort(), through.sort());
  assert.ok(![...wanted].some((path) => matchesGlob('node_modules', path)));
});

function environment(): Record<string, string> {
  const words = all(final, 'ENV').flatMap((text) => text.split(/\s+/));
  return Object.fromEntries(words.map((word) => word.split('=')));
}

/** Entry point and command, as the container runtime starts them. */
function command(): string[] {
  const words = [last(final, 'ENTRYPOINT'), last(final, 'CMD')];
  return words.flatMap((text) => JSON.parse(text) as string[]);
}

const USER = 65_532;

/** Files that the image's user may write to. */
async function writable(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const found: string[] = [];
  for (const entry of ['.', ...entries]) {
    const { mode, uid, gid } = await stat(join(folder, entry));
    if (uid === USER || gid === USER || (mode & 0o002) !== 0) found.push(entry);
  }
  return found;
}

const PATIENCE = 20_000;

/** Repeats until an attempt does not fail. */
async function eventually<T>(child: ChildProcess, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline || child.exitCode !== null) throw error;
      await sleep(50);
    }
  }
}

const skip = process.getuid?.() === 0 ? false : 'needs root, to change root and user (chroot of coreutils)';

test('PR-20 the files of the image start and route as that user, with nothing writable', { skip }, async () => {
  await using root = await ImageRoot.make();
  const origin = await Origin.start('web');
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => origin.close());
  const pod = podManifest({ name: 'web', hosts: 'image.local', paths: '/', port: origin.port });
  await root.write('manifests/pod.json', pod);
  assert.deepEqual(await writable(root.path), []);

  const address = `127.${(process.pid >> 8) & 0xff || 1}.${process.pid & 0xff || 1}.77`;
  const own = { ADDRESS: address, ADMIN_ADDRESS: address, MANIFESTS: '/manifests', DRAIN_DELAY: '0' };
  const env: Record<string, string> = { PATH: '/usr/local/bin', ...environment(), ...own };
  const child = spawn('/usr/sbin/chroot', [`--userspec=${last(final, 'USER')}`, root.path, ...command()], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  cleanup.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  try {
    await eventually(child, async () => {
      assert.equal((await fetch(`http://${address}:${env['ADMIN_PORT']}/readyz`)).status, 200);
    });
  } catch (error) {
    throw new Error(`${String(error)}\n${output}`, { cause: error });
  }
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  const answer = await ask(address, Number(env['PORT']));
  assert.equal(answer, 'web GET /hello');

  child.kill('SIGUSR1');
  assert.equal(await ask(address, Number(env['PORT'])), 'web GET /hello', 'no inspector, no end');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], output);
  assert.ok(!output.includes('Debugger'), output);
});

function ask(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path: '/hello', headers: { host: 'image.local' }, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body));
    });
    sent.end();
  });
}
