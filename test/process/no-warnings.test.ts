import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { type PodwayOptions, startPodway } from './podway.ts';

const SHOP = podManifest({ name: 'shop-1', namespace: 'shop', hosts: 't.local', paths: '/', port: 3000 });
const KEY = secretManifest('shop', { 'api-key': 'secret' });

/** The log lines of a router from its start to its end. */
async function lines(options: PodwayOptions): Promise<string[]> {
  await using podway = await startPodway(options);
  await podway.until(200);
  podway.kill('SIGTERM');
  const { code, stdout, stderr } = await podway.ended;
  assert.deepEqual([code, stderr], [0, '']);
  return stdout.trimEnd().split('\n');
}

function assertNoWarning(all: readonly string[]): void {
  assert.ok(all.length > 1);
  for (const line of all) assert.equal((JSON.parse(line) as { level: string }).level, 'info', line);
}

test('podway serve of a valid folder logs no warning', async () => {
  const manifests = { 'shop.json': SHOP, 'key.json': KEY };
  assertNoWarning(await lines({ manifests }));
});

test('podway serve of a cluster with the settings of the chart logs no warning, and Node.js prints no warning', async () => {
  await using api = await KubernetesApi.start({ streamingLists: 'supported' });
  api.apply(SHOP);
  api.apply(KEY);
  assertNoWarning(await lines({ kubeconfig: JSON.parse(api.kubeconfig()) }));
});

test('hosts that namespaces share are reported in five lines and one line with the number of further hosts', async () => {
  const pods = ['a', 'b'].flatMap((namespace) =>
    Array.from({ length: 10 }, (_, at) => [
      `${namespace}-${at}.json`,
      podManifest({ name: `p-${at}`, namespace, hosts: `h${at}.local`, paths: '/', port: 3000 }),
    ]),
  );
  const all = await lines({ manifests: Object.fromEntries(pods) as Record<string, unknown> });
  const warned = all.filter((line) => line.includes('"level":"warn"'));
  assert.equal(warned.length, 6, warned.join('\n'));
  assert.match(warned.at(-1) ?? '', /"more":15,"msg":"further hosts of several namespaces/);
});

test('npm ci prints no message that only maintainers can act on: every install script is allowed or denied, and warnings are off', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const { packages } = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<
      Record<string, { readonly hasInstallScript?: boolean; readonly optional?: boolean }>
    >;
  };
  const { allowScripts } = JSON.parse(read('package.json')) as {
    readonly allowScripts: Readonly<Record<string, boolean>>;
  };
  const scripted = Object.entries(packages)
    .filter(([, { hasInstallScript, optional }]) => hasInstallScript === true && optional !== true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  assert.deepEqual(
    scripted.filter((name) => allowScripts[name] === undefined),
    [],
  );
  assert.match(read('.npmrc'), /^loglevel=error$/m);
});
