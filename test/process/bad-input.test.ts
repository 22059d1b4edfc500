import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import { type Podway, startPodway } from './podway.ts';

// Namespaces share a router: the objects of one namespace must not change the routes and keys of the others.

const KEY = 'supersecret';
const KEYED = { 'x-routing-api-key': base64(KEY) };

interface BadPod {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly hosts?: string;
  readonly paths?: string;
  /** `reason detail` of the first rejections. Empty: all declarations are valid. */
  readonly rejections: readonly string[];
}

const many = (count: number, of: string, after = ''): string =>
  Array.from({ length: count }, (_, n) => `${of}${n}${after}`).join(' ');

const BAD_PODS: readonly BadPod[] = [
  {
    name: 'annotation-of-100-kb',
    annotations: { note: 'x'.repeat(100_000), ünï: '💥'.repeat(20_000) },
    rejections: [],
  },
  {
    name: 'hosts-of-100-kb',
    hosts: 'x'.repeat(100_000),
    rejections: [`host-too-long ${'x'.repeat(200)}...`],
  },
  {
    name: 'hosts-beyond-all-annotations',
    hosts: 'x'.repeat(262_145),
    rejections: ['annotation-too-long 262145 characters'],
  },
  {
    name: 'a-thousand-hosts-a-hundred-paths',
    hosts: many(1_000, 'h', '.evil.local'),
    paths: many(100, '/p'),
    rejections: ['too-many-routes 1000 hosts, 100 paths'],
  },
  {
    name: 'as-many-routes-as-are-allowed',
    hosts: many(10, 'm', '.evil.local'),
    paths: many(100, '/p'),
    rejections: [],
  },
  {
    name: 'ten-thousand-bad-hosts',
    hosts: many(9_999, '_'),
    rejections: ['too-many-routes 9999 hosts, 1 path', 'host-malformed _0'],
  },
  {
    name: 'unicode',
    hosts: 'ünïcode.local \u202egnirts.local shop.local\u00a0 💥',
    rejections: [
      'host-malformed \\u00fcn\\u00efcode.local',
      'host-malformed \\u202egnirts.local',
      'host-malformed shop.local\\u00a0',
      'host-malformed \\ud83d\\udca5',
    ],
  },
  {
    name: 'controls',
    hosts: 'a\u0000.local b\u001b[2J.local \u0007',
    rejections: [
      'host-malformed a\\u0000.local',
      'host-malformed b\\u001b[2J.local',
      'host-malformed \\u0007',
    ],
  },
  {
    name: 'what-was-nginx-configuration',
    hosts: 'shop.local;} ${jndi:ldap://x} __proto__ constructor',
    rejections: [
      'host-malformed shop.local;}',
      'host-malformed ${jndi:ldap://x}',
      'host-malformed __proto__',
    ],
  },
];

/** Items that only a broken API server puts into a list of Pods. */
const NO_PODS: readonly unknown[] = [
  null,
  7,
  'pod',
  [],
  {},
  { metadata: null },
  { metadata: {} },
  { metadata: { name: '' } },
  { metadata: { name: 7 } },
  { metadata: { name: 'a/b', namespace: 'shop' } },
];

/** Objects that have a name and few other valid fields. */
const BROKEN_PODS: readonly {
  metadata: { name: string; [field: string]: unknown };
  [field: string]: unknown;
}[] = [
  { metadata: { name: 'bare', annotations: { routingHosts: 'shop.local', routingPaths: '80:/' } } },
  { metadata: { name: 'nulls', annotations: null, labels: null }, spec: null, status: null },
  { metadata: { name: 'lists', annotations: [], uid: {} }, spec: [], status: [[]] },
  {
    metadata: { name: 'types', annotations: { routingHosts: 7, routingPaths: {} }, deletionTimestamp: false },
    spec: { containers: { ports: 1 }, initContainers: [null, { ports: [null] }] },
    status: { phase: 3, podIP: {}, conditions: [null, 1, { type: 'Ready' }] },
  },
  JSON.parse(
    '{"metadata":{"name":"proto","__proto__":{"namespace":"shop"},"annotations":{"__proto__":"x"}}}',
  ),
].map((pod) => ({ ...pod, metadata: { ...pod.metadata, namespace: 'evil', labels: { routable: 'true' } } }));

function badPod({ name, hosts = 'evil.local', paths = '/', annotations = {} }: BadPod) {
  return podManifest({ name, namespace: 'evil', hosts, paths, port: 80, annotations });
}

function badSecret(namespace: string, content: object) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'routing', namespace }, ...content };
}

const BAD_SECRETS: readonly [namespace: string, secret: object][] = [
  ['evil-base64', { data: { 'api-key': 'not base64 at all!' } }],
  ['evil-padding', { data: { 'api-key': 'YQ' } }],
  ['evil-types', { data: { 'api-key': { a: 1 } } }],
  ['evil-null', { data: null }],
  [
    'evil-many',
    { data: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`api-key.${n}`, '%%%'])) },
  ],
  ['evil-large', { data: { 'api-key': `${'A'.repeat(1_000_000)}!` } }],
];

interface RoutesPage {
  readonly rejections: readonly Record<
    'kind' | 'namespace' | 'name' | 'reason' | 'detail' | 'expected',
    string
  >[];
}

/** Checks that the tenant with valid objects has its route and its key, and that no other request is accepted. */
async function unharmed(podway: Podway): Promise<void> {
  assert.equal((await podway.get('/', { host: 'shop.local', ...KEYED })).status, 200);
  assert.equal((await podway.get('/', { host: 'shop.local' })).status, 403);
  assert.equal((await podway.admin('/readyz')).status, 200);
}

async function checkRejections(podway: Podway): Promise<void> {
  const { rejections } = JSON.parse((await podway.admin('/routes')).body) as RoutesPage;
  for (const { name, rejections: expected } of BAD_PODS) {
    const own = rejections.filter((it) => it.name === name);
    const rejected = own.map(({ reason, detail }) => `${reason} ${detail}`);
    assert.deepEqual(rejected.slice(0, expected.length), expected, name);
    assert.ok(expected.length > 0 || rejected.length === 0, name);
    assert.ok(own.length <= 101, 'a pod has a bounded number of rejections');
    assert.ok(own.every((it) => it.expected !== ''));
  }
  const limit = rejections.find(({ reason }) => reason === 'too-many-routes');
  assert.equal(
    limit?.expected,
    'at most MAX_ROUTES_PER_POD routes of one pod (hosts times paths); podway uses the first ones',
  );
  for (const [namespace] of BAD_SECRETS) {
    assert.ok(
      rejections.some((it) => it.kind === 'Secret' && it.namespace === namespace),
      namespace,
    );
  }
}

test('bad pods and Secrets of a cluster, listed and watched, do not affect other objects', async () => {
  const origin = await Origin.start('good');
  try {
    await using api = await KubernetesApi.start();
    api.apply(secretManifest('shop', { 'api-key': KEY }));
    const good = podManifest({
      name: 'good',
      namespace: 'shop',
      hosts: 'shop.local',
      paths: '/',
      port: origin.port,
    });
    const { resourceVersion } = api.apply(good).metadata;
    const items = [...NO_PODS, ...BROKEN_PODS, good, ...NO_PODS, ...BAD_PODS.map(badPod)];
    const list = JSON.stringify({ kind: 'PodList', metadata: { resourceVersion }, items });
    api.injectFault({ resource: 'pods', verb: 'list' }, { kind: 'body', text: list });
    await using podway = await startPodway({ kubeconfig: JSON.parse(api.kubeconfig()) });
    await podway.until(200);
    await unharmed(podway);

    await api.untilWatching('pods');
    for (const pod of [...BROKEN_PODS, ...BAD_PODS.map(badPod)])
      api.apply({ apiVersion: 'v1', kind: 'Pod', ...pod });
    for (const [namespace, secret] of BAD_SECRETS) {
      api.apply(badSecret(namespace, secret));
    }
    const last = { ...good.metadata, name: 'last', uid: 'last' };
    const annotations = { ...last.annotations, routingHosts: 'last.local' };
    api.apply({ ...good, metadata: { ...last, annotations } });
    await podway.eventually(async () => {
      assert.equal((await podway.get('/', { host: 'last.local', ...KEYED })).status, 200);
      await checkRejections(podway);
    });
    await unharmed(podway);
    const samples = samplesOf((await podway.admin('/metrics')).body);
    assert.equal(samples.get('podway_rejections{reason="too-many-routes"}'), 2);
    assert.equal(samples.get('podway_worker_restarts_total'), 0);
    podway.kill('SIGTERM');
    const { code, stdout } = await podway.ended;
    assert.equal(code, 0);
    assert.doesNotMatch(
      stdout,
      /[^\x20-\x7e\n]/,
      'no control character reaches a terminal that shows the log',
    );
  } finally {
    await origin.close();
  }
});

test('bad files of a folder do not affect other objects', async () => {
  const origin = await Origin.start('good');
  try {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [before, now] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi'].map((it) => it.split(''))) {
      bomb.push(`${now}: &${now} [${Array(9).fill(`*${before}`).join()}]`);
    }
    await using podway = await startPodway({
      manifests: {
        'good.json': podManifest({
          name: 'good',
          namespace: 'shop',
          hosts: 'shop.local',
          paths: '/',
          port: origin.port,
        }),
        'secret.json': secretManifest('shop', { 'api-key': KEY }),
      },
    });
    await podway.until(200);
    await podway.writeText('bomb.yaml', bomb.join('\n'));
    await podway.writeText('deep.yaml', '['.repeat(50_000));
    await podway.writeText('binary.yaml', Buffer.from(Array.from({ length: 4_096 }, (_, n) => n & 255)));
    await podway.writeText('empty.json', '');
    for (const pod of BAD_PODS) await podway.write(`${pod.name}.json`, badPod(pod));
    for (const pod of BROKEN_PODS)
      await podway.write(`${pod.metadata.name}.json`, { apiVersion: 'v1', kind: 'Pod', ...pod });
    for (const [namespace, secret] of BAD_SECRETS) {
      await podway.write(`${namespace}.json`, badSecret(namespace, secret));
    }
    await podway.eventually(() => checkRejections(podway));
    await unharmed(podway);
    podway.kill('SIGTERM');
    const { code, stdout } = await podway.ended;
    assert.equal(code, 0);
    // A YAML alias does not copy its value: the bomb is a small object, and it is not a Kubernetes object.
    assert.match(stdout, /"where":"bomb\.yaml".*has no apiVersion and kind/);
  } finally {
    await origin.close();
  }
});
