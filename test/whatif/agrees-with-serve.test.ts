/** The output of check -f for workloads has the same routes as a router when the pods of the workloads exist. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startPodway } from '../process/podway.ts';
import { checkJson, folderOf, template, workload } from './checking.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { sampleOf } from '../fixtures/wide.ts';

const HOSTS = ['a.local', 'b.local', '*.local', 'x.a.local', 'bad_host', '-'];
const ITEMS = [
  '3000:/',
  '3000:/api',
  '3001:/api/v1 strip',
  '3000:/api timeout=5s retries=1',
  '3000:b.local/own',
  '3000:/x methods=GET',
  '3000:/y lb=least share=5%',
  '9:/undeclared',
  '3000:/z nonsense=1',
  '3000:no-slash',
];
const KINDS = ['Deployment', 'StatefulSet', 'ReplicaSet', 'Rollout'];

const WORKLOAD = fc.record({
  kind: fc.constantFrom(...KINDS),
  namespace: fc.constantFrom('one', 'two', 'three'),
  hosts: fc.uniqueArray(fc.constantFrom(...HOSTS), { minLength: 1, maxLength: 3 }),
  items: fc.uniqueArray(fc.constantFrom(...ITEMS), { minLength: 1, maxLength: 4 }),
  options: fc.constantFrom(undefined, 'timeout=9s', 'collect=1k', 'weight=5'),
  replicas: fc.integer({ min: 0, max: 3 }),
});

interface Listed {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly condition: string;
  readonly options?: string;
}

interface Routes {
  readonly routes: readonly {
    readonly host: string;
    readonly path: string;
    readonly endpoints: readonly Listed[];
  }[];
  readonly rejections: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly reason: string;
    readonly detail: string;
  }[];
}

/** `/routes` of a router with these pods. */
async function served(
  pods: Readonly<Record<string, unknown>>,
  settled: (routes: Routes) => boolean,
): Promise<Routes> {
  await using router = await startPodway({ manifests: pods });
  await router.until(200);
  return await router.eventually(async () => {
    const document = JSON.parse((await router.admin('/routes')).body) as Routes;
    assert.ok(settled(document));
    return document;
  });
}

for (const seed of sampleOf([1, 2, 3], 1)) {
  test(`generated workloads are routed as check -f prints, seed ${seed}`, async () => {
    const drawn = fc.sample(WORKLOAD, { seed, numRuns: 40 });
    const files: Record<string, unknown> = {};
    const pods: Record<string, unknown> = {};
    for (const [at, { kind, namespace, hosts, items, options, replicas }] of drawn.entries()) {
      const name = `w${at}`;
      const asked = {
        hosts: hosts.join(' '),
        paths: items.join('\n'),
        ...(options !== undefined && { options }),
      };
      const made = template(asked);
      const ports = [{ containerPort: 3000 }, { containerPort: 3001 }];
      const whole = { ...made, spec: { containers: [{ name: 'main', ports }] } };
      files[`${name}.json`] = workload({ kind, name, namespace, spec: { replicas, template: whole } });
      for (let pod = 0; pod < replicas; pod += 1) {
        pods[`${name}-${pod}.json`] = {
          apiVersion: 'v1',
          kind: 'Pod',
          ...whole,
          metadata: { ...whole.metadata, name: `${name}-${pod}`, namespace },
          status: { podIP: '127.0.0.1' },
        };
      }
    }
    const { document } = await checkJson({ files });
    const table = await served(pods, ({ routes }) => routes.length > 0);
    assert.deepEqual(
      document.routes.map(({ host, path, served }) => {
        const all = served.flatMap(({ namespace, name, port, pods, ready, options = '' }) => {
          // A pod whose condition is not understood gets no requests.
          assert.equal(ready, options === 'refused' ? 0 : pods);
          return Array<string>(pods).fill(`${namespace}/${name}:${port} ${options}`);
        });
        return `${host}${path} ${all.sort().join('|')}`;
      }),
      table.routes.map(({ host, path, endpoints }) => {
        const all = endpoints.map(({ namespace, pod, port, condition, options = '' }) => {
          assert.ok(condition === 'ready' || options === 'refused');
          return `${namespace}/${pod.replace(/-\d+$/, '')}:${port} ${options}`;
        });
        return `${host}${path} ${all.sort().join('|')}`;
      }),
    );
    const checked = new Set(
      table.rejections.map(({ namespace, name, reason, detail }) => {
        return `${namespace}/${name.replace(/-\d+$/, '')} ${reason} ${detail}`;
      }),
    );
    assert.deepEqual(
      document.rejections
        .map(({ namespace, name, reason, detail }) => `${namespace}/${name} ${reason} ${detail}`)
        .sort(),
      [...checked].sort(),
    );
  });
}

test('check routes Pods with a status by their status, as a router with a folder of manifests does', async () => {
  const conditions = ['ready', 'unready', 'terminating'] as const;
  const pods = Object.fromEntries(
    conditions.map((condition) => [
      `${condition}.json`,
      podManifest({ name: condition, hosts: 'a.local', paths: '/', port: 3000, condition }),
    ]),
  );
  await using folder = await folderOf(pods);
  const { document } = await checkJson({ args: ['-f', folder.path] });
  const { routes } = await served(pods, (it) => it.routes[0]?.endpoints.length === conditions.length);
  assert.deepEqual(
    document.routes[0]?.served.map(({ name, ready }) => `${name} ${ready}`),
    routes[0]?.endpoints.map(({ pod, condition }) => `${pod} ${Number(condition === 'ready')}`),
  );
});
