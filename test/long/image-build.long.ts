import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readDockerfile } from '../image/dockerfile.ts';
import { ImageRoot } from '../image/image-root.ts';
import { checkRuns, runMissing } from '../image/run-image.ts';

// A real builder that needs no daemon, buildah, builds the Dockerfile. The test makes the base image itself, since no
// image registry may be reachable: a minimal Debian with Node.js and npm in the places where node:26-slim has them.

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const BASE = 'localhost/node:26-slim';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** A chunk's hash depends on the folder in which esbuild runs, because the order of its imports does. */
const CHUNK_HASH = /-[A-Z\d]{8}(?=\.js$)/;
const LIMIT = 15 * 60_000;

const execute = promisify(execFile);

async function run(program: string, ...args: readonly string[]): Promise<string> {
  const options = { timeout: LIMIT, maxBuffer: 64 * 1024 * 1024 };
  return (await execute(program, args, options)).stdout.trim();
}

async function missing(): Promise<string | false> {
  for (const program of ['buildah', 'mmdebstrap']) {
    const found = await run('which', program).catch(() => '');
    if (found === '') return `${program} is missing: install the Debian package ${program}`;
  }
  return runMissing();
}

/** Makes a folder with a minimal Debian, Node.js and npm. */
async function makeBase(folder: string): Promise<void> {
  const packages = '--include=ca-certificates,libatomic1,libstdc++6';
  await run('mmdebstrap', '--quiet', '--variant=minbase', packages, 'bookworm', folder);
  await copyFile(CERTIFICATES, join(folder, CERTIFICATES));
  const local = join(folder, 'usr/local');
  await copyFile(process.execPath, join(local, 'bin/node'));
  const npm = dirname(dirname(await realpath(await run('which', 'npm'))));
  await mkdir(join(local, 'lib/node_modules'), { recursive: true });
  await cp(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
}

/** Runs buildah with its own store in this folder. */
function buildahIn(folder: string): (...args: readonly string[]) => Promise<string> {
  const store = [
    '--root',
    join(folder, 'store'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
  ];
  return (...args) => run('buildah', ...store, ...args);
}

interface Inspected {
  readonly OCIv1: {
    readonly config: {
      readonly User: string;
      readonly Env: readonly string[];
      readonly Entrypoint: readonly string[];
      readonly Cmd: readonly string[];
      readonly StopSignal: string;
      readonly ExposedPorts: object;
      readonly Labels: Readonly<Record<string, string>>;
    };
  };
}

/** The files below the program's folder. */
async function filesOf(root: string): Promise<string[]> {
  const folder = join(root, 'app');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length))
    .map((path) => path.replace(CHUNK_HASH, ''))
    .sort();
}

test('the Dockerfile builds, and its image has the properties that test/image expects, and runs', async (t) => {
  const reason = await missing();
  if (reason !== false) return t.skip(reason);
  const folder = await mkdtemp(join(tmpdir(), 'podway-build-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const buildah = buildahIn(folder);
  const build = ['build', '--isolation', 'chroot'];

  await makeBase(join(folder, 'base'));
  const own = process.env['NODE_EXTRA_CA_CERTS'] ? `ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}\n` : '';
  await writeFile(join(folder, 'Dockerfile'), `FROM scratch\nCOPY base /\n${own}`);
  await buildah(...build, '--tag', BASE, folder);
  const buildOutput = { NODE_IMAGE: BASE, VERSION: '1.2.3', REVISION: 'abc' };
  const args = Object.entries(buildOutput).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  await buildah(...build, ...args, '--tag', 'localhost/podway', PROJECT);

  const { config } = (
    JSON.parse(await buildah('inspect', '--type', 'image', 'localhost/podway')) as Inspected
  ).OCIv1;
  assert.equal(config.User, '65532:65532');
  assert.equal(config.StopSignal, 'SIGTERM');
  assert.deepEqual(Object.keys(config.ExposedPorts).sort(), ['8080/tcp', '9090/tcp']);
  const labels = ['version', 'revision', 'base.name'].map(
    (it) => config.Labels[`org.opencontainers.image.${it}`],
  );
  assert.deepEqual(labels, ['1.2.3', 'abc', BASE]);

  const container = await buildah('from', 'localhost/podway');
  const root = await buildah('mount', container);
  const files = await filesOf(root);
  await using expected = await ImageRoot.make(readDockerfile());
  assert.deepEqual(files, await filesOf(expected.path));
  t.diagnostic(`${files.length} files below /app`);
  await checkRuns(root, {
    user: config.User,
    environment: Object.fromEntries(config.Env.map((text) => text.split('=') as [string, string])),
    command: [...config.Entrypoint, ...config.Cmd],
  });
});
