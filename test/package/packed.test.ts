import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PACKAGE_FILES as OF_DASHBOARD } from '../../src/operator/page-files.ts';
import { PACKAGE_FILES as OF_TERMINAL } from '../../src/terminal/page-files.ts';
import { freePort } from '../fixtures/free-ports.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { identity } from '../fixtures/transports.ts';
import { type Podway, startPodway } from '../process/podway.ts';
import { Installed } from './packed.ts';

/** The maximum size of the package, in bytes. */
const LARGEST_TARBALL = 1_600_000;
const LARGEST_INSTALL = 7_000_000;
/** A file larger than those that are parsed on the main thread. */
const LARGE_FILE = 300_000;

async function fileOf(specifier: string): Promise<string> {
  return await readFile(fileURLToPath(import.meta.resolve(specifier)), 'utf8');
}

async function ended(podway: Podway): Promise<number | null> {
  podway.kill('SIGTERM');
  return (await podway.ended).code;
}

suite('podway as npm installs it, without other packages', () => {
  let installed: Installed;
  before(async () => {
    installed = await Installed.make();
  });
  after(() => installed[Symbol.asyncDispose]());

  const start = (options: Parameters<typeof startPodway>[0]): Promise<Podway> =>
    startPodway({ ...options, main: installed.main, cwd: installed.folder });

  test('the package is small: it has no sources, tests or source maps, and no dependencies', async (t) => {
    const { files, size, unpackedSize } = installed.tarball;
    const paths = files.map(({ path }) => path);
    assert.deepEqual(
      paths.filter((path) => !/^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(path)),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => /\.(map|ts)$|test/.test(path)),
      [],
    );
    assert.deepEqual((await readdir(join(installed.folder, 'node_modules'))).filter(isPackage), ['podway']);
    t.diagnostic(`${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked`);
    assert.ok(size < LARGEST_TARBALL, `${size} bytes packed`);
    assert.ok(unpackedSize < LARGEST_INSTALL, `${unpackedSize} bytes unpacked`);
  });

  test('it has no script that npm would run, or warn about, when it is installed', async () => {
    const manifest = await readFile(join(installed.folder, 'node_modules/podway/package.json'), 'utf8');
    const { scripts } = JSON.parse(manifest) as { scripts: Readonly<Record<string, string>> };
    const run = [
      'preinstall',
      'install',
      'postinstall',
      'prepublish',
      'preprepare',
      'prepare',
      'postprepare',
    ];
    assert.deepEqual(
      run.filter((name) => Object.hasOwn(scripts, name)),
      [],
    );
  });

  test('the program is executable, also when it is built again after npm link', () => {
    assert.equal(installed.programMode, 0o755);
  });

  test('it has the licences of the packages whose parts it contains, with their versions', async () => {
    const text = await readFile(
      join(installed.folder, 'node_modules/podway/dist/THIRD-PARTY-LICENSES'),
      'utf8',
    );
    for (const name of [
      '@kubernetes/client-node',
      'undici',
      'ws',
      'lru-cache',
      'prom-client',
      'preact',
      'uplot',
      '@xterm/xterm',
    ])
      assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\([\\w.-]+\\)$`, 'm'));
    assert.match(text, /Permission is hereby granted/);
    assert.ok(!/^(esbuild|kubernetes-models|fast-check) /m.test(text));
  });

  test('--version, local --help and settings print', async () => {
    const { version } = JSON.parse(await fileOf('../../package.json')) as { version: string };
    assert.equal((await installed.podway(['--version'])).trim(), version);
    assert.match(await installed.podway(['local', '--help']), /podway local/);
    assert.match(await installed.podway(['settings']), /MANIFESTS/);
  });

  test('check reads a folder, with a file that is parsed on a thread', async () => {
    const pod = podManifest({ name: 'web', hosts: 't.local', paths: '/', port: 8080 });
    const text = `${JSON.stringify(pod)}\n# ${'-'.repeat(LARGE_FILE)}\n`;
    await mkdir(join(installed.folder, 'manifests'));
    await writeFile(join(installed.folder, 'manifests/web.yaml'), text);
    assert.match(await installed.podway(['check'], { MANIFESTS: 'manifests' }), /t\.local/);
  });

  test('demo starts its pods and routes to them', async () => {
    await using podway = await start({ args: ['demo'], env: { TLS_PORT: String(await freePort()) } });
    await podway.until(200);
    const reply = await podway.get('/', { host: 'demo.localhost' });
    assert.equal(reply.status, 200, reply.body);
    assert.equal(await ended(podway), 0);
  });

  test('serve routes, counts and shows its dashboard', async () => {
    await using origin = await Origin.start('web');
    const pod = podManifest({ name: 'web', hosts: 't.local', paths: '/', port: origin.port });
    await using podway = await start({ manifests: { 'web.json': pod } });
    await podway.until(200);
    assert.equal((await podway.get('/hello')).body, 'web GET /hello');
    assert.match((await podway.admin('/metrics')).body, /^podway_requests_total\{.*\} 1$/m);
    const page = await podway.operator('/');
    const scripts = [...page.body.matchAll(/(?:src|href)="(\/?page\/[^"]+)"/g)].map(([, path = '']) => path);
    assert.ok(scripts.length > 1, page.body);
    for (const path of scripts)
      assert.equal((await podway.operator(`/${path.replace(/^\//, '')}`)).status, 200, path);
    for (const [name, specifier] of Object.entries(OF_DASHBOARD)) {
      const { body } = await podway.operator(`/page/vendor/${name}`);
      assert.equal(body, await fileOf(specifier), name);
    }
    assert.equal(await ended(podway), 0);
  });

  test('serve follows a cluster, and has terminals', async () => {
    await using origin = await Origin.start('web');
    await using api = await KubernetesApi.start({ tls: await identity(), token: 'of-podway' });
    api.apply(podManifest({ name: 'web', hosts: 't.local', paths: '/', port: origin.port }));
    const port = await freePort();
    await using podway = await start({
      kubeconfig: JSON.parse(api.kubeconfig()),
      env: { TERMINAL_PORT: String(port) },
    });
    await podway.until(200);
    assert.equal((await podway.get('/hello')).body, 'web GET /hello');
    const page = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(page.status, 200);
    for (const [name, specifier] of Object.entries(OF_TERMINAL)) {
      const reply = await fetch(`http://127.0.0.1:${port}/${name}`);
      assert.equal(await reply.text(), await fileOf(specifier), name);
    }
    assert.equal(await ended(podway), 0);
  });
});

/** npm's own files begin with a dot. */
function isPackage(name: string): boolean {
  return !name.startsWith('.');
}
