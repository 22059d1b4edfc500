import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../fixtures/free-ports.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';

/** The fields of an image's configuration that a container runtime uses. */
export interface ImageConfig {
  /** `uid:gid` */
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Entry point and command. */
  readonly command: readonly string[];
}

const USER = 65_532;
const TIMEOUT = 20_000;

/** Makes the folder a read-only root, as `readOnlyRootFilesystem` does, and changes into it. */
const READ_ONLY = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit
root=$1 user=$2; shift 2
exec chroot --userspec="$user" "$root" "$@"`;

/** The reason why images cannot be run on this machine, for a skip; false when they can. */
export function runMissing(): string | false {
  const { status } = spawnSync('unshare', ['--mount', 'true']);
  return status === 0
    ? false
    : 'needs root and a mount namespace (unshare of util-linux, chroot of coreutils)';
}

/**
 * podway runs from the files below `root`, as the image's user, without a privilege and without a writable file: it
 * becomes ready, routes, ignores SIGUSR1, which would start the inspector, and drains.
 */
export async function checkRuns(root: string, { user, environment, command }: ImageConfig): Promise<void> {
  const origin = await Origin.start('web');
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => origin.close());
  await mkdir(join(root, 'manifests'), { recursive: true });
  const pod = podManifest({ name: 'web', hosts: 'image.local', paths: '/', port: origin.port });
  await writeFile(join(root, 'manifests/pod.json'), JSON.stringify(pod));
  assert.deepEqual(await writable(join(root, 'app')), []);

  const address = `127.${(process.pid >> 8) & 0xff || 1}.${process.pid & 0xff || 1}.77`;
  // Other programs may use the image's ports, for example a podway that listens on all addresses.
  for (const port of [environment['PORT'], environment['ADMIN_PORT']])
    cleanup.use(await listenOn(Number(port), address));
  const [port = 0, adminPort = 0] = await freePorts(2, address);
  const own = {
    ADDRESS: address,
    ADMIN_ADDRESS: address,
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    OPERATOR_PORT: 'none',
    MANIFESTS: '/manifests',
    DRAIN_DELAY: '0',
  };
  const env: Record<string, string> = { PATH: '/usr/local/bin', ...environment, ...own };
  const host = ['--mount', '/bin/sh', '-c', READ_ONLY, 'sh', root, user];
  const child = spawn('/usr/bin/unshare', [...host, ...command], {
    env: { ...env, PATH: `${env['PATH']}:/usr/sbin:/usr/bin:/sbin:/bin` },
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
      assert.equal((await fetch(`http://${address}:${adminPort}/readyz`)).status, 200);
    });
  } catch (error) {
    throw new Error(`${String(error)}\n${output}`, { cause: error });
  }
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  // ID, parent, device, root, mount point as the process sees it, options.
  const mounts = await readFile(`/proc/${child.pid}/mountinfo`, 'utf8');
  assert.match(mounts, /^\d+ \d+ \S+ \S+ \/ ro[ ,]/m);
  assert.equal(await ask(address, port), 'web GET /hello');

  child.kill('SIGUSR1');
  assert.equal(
    await ask(address, port),
    'web GET /hello',
    'SIGUSR1 starts no inspector and does not end podway',
  );
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], output);
  assert.ok(!output.includes('Debugger'), output);
}

/** Listens at this port until disposed of, unless another process does so already. */
async function listenOn(port: number, address: string): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve() : reject(error),
    );
    server.listen(port, address, resolve);
  });
  return {
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Files that the image's user could write to if the root were not read-only. */
async function writable(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const found: string[] = [];
  for (const entry of ['.', ...entries]) {
    const { mode, uid, gid } = await stat(join(folder, entry));
    if (uid === USER || gid === USER || (mode & 0o002) !== 0) found.push(entry);
  }
  return found;
}

/** Repeats an attempt until it does not fail. */
async function eventually<T>(child: ChildProcess, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + TIMEOUT;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline || child.exitCode !== null) throw error;
      await sleep(50);
    }
  }
}

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
