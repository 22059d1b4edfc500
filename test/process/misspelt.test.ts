import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { runPodway, startPodway } from './podway.ts';

const { metadata, ...pod } = podManifest({ name: 'a', hosts: 't.local', paths: '/', port: 3000 });
const { routingHosts, ...others } = metadata.annotations;

const MISSPELT: readonly (readonly [string, unknown, string, string])[] = [
  [
    'a misspelt annotation',
    { ...pod, metadata: { ...metadata, annotations: { ...others, routingHost: routingHosts } } },
    'annotation-unknown',
    'routingHost (did you mean routingHosts?)',
  ],
  [
    'a misspelt label',
    { ...pod, metadata: { ...metadata, labels: { routable: 'True' } } },
    'label-unknown',
    'routable: True (did you mean routable: "true"?)',
  ],
  [
    'the absence of a label',
    { ...pod, metadata: { ...metadata, labels: { app: 'web' } } },
    'label-unknown',
    'no label routable: "true"',
  ],
];

for (const [what, manifest, reason, detail] of MISSPELT) {
  test(`${what} is reported: /routes, the log (once) and check suggest the nearest name`, async () => {
    await using podway = await startPodway({ manifests: { 'pod.json': manifest } });
    await podway.until(200);
    const { routes, rejections } = JSON.parse((await podway.admin('/routes')).body) as {
      readonly routes: readonly unknown[];
      readonly rejections: readonly { readonly reason: string; readonly detail: string }[];
    };
    assert.deepEqual(routes, []);
    assert.ok(
      rejections.some((it) => it.reason === reason && it.detail === detail),
      JSON.stringify(rejections),
    );
    await podway.write('pod.json', { ...(manifest as object), status: pod.status });
    podway.kill('SIGTERM');
    const { stdout } = await podway.ended;
    assert.equal(stdout.split(`"reason":"${reason}"`).length, 2, stdout);
    await using folder = await startPodway({ manifests: { 'pod.json': manifest }, args: ['check'] });
    const checked = await folder.ended;
    assert.equal(checked.code, 1);
    assert.ok(
      checked.stdout.includes(`rejected: Pod default/a: ${reason}: ${detail} (expected `),
      checked.stdout,
    );
  });
}

test('podway check -f reports a misspelt label or annotation of the pods of a Deployment', async () => {
  const deployment = (labels: object, annotations: object) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels, annotations }, spec: pod.spec },
      },
    });
  for (const [stdin, expected] of [
    [
      deployment({ routable: 'True' }, metadata.annotations),
      /label-unknown: routable: True \(did you mean routable: "true"\?\)/,
    ],
    [
      deployment({ routable: 'true' }, { ...others, routingHost: 'a.example.com' }),
      /annotation-unknown: routingHost \(did you mean routingHosts\?\)/,
    ],
  ] as const) {
    const { code, stdout } = await runPodway({ args: ['check', '-f', '-'], stdin });
    assert.match(stdout, expected);
    assert.equal(code, 1);
  }
});

test('a pod that podway ignores because of its labels is reported once, in all places, until the labels are corrected', async () => {
  await using api = await KubernetesApi.start();
  const whole = { ...pod, metadata: { ...metadata, labels: {} } };
  api.apply(whole);
  const env = { LABEL_CHECK_INTERVAL: '50ms', EVENTS: 'true' };
  await using podway = await startPodway({ kubeconfig: JSON.parse(api.kubeconfig()), env });
  const reported = async () => {
    const { rejections } = JSON.parse((await podway.admin('/routes')).body) as {
      readonly rejections: readonly { readonly reason: string; readonly detail: string }[];
    };
    return rejections.map(({ reason, detail }) => `${reason} ${detail}`);
  };
  await podway.eventually(async () =>
    assert.deepEqual(await reported(), ['label-unknown no label routable: "true"']),
  );
  const checks = () =>
    api.requests.filter(({ query }) => query.get('labelSelector') === 'routable!=true').length;
  const before = checks();
  await api.untilRequested(({ query }) => query.get('labelSelector') === 'routable!=true', before + 3);
  api.apply({ ...pod, metadata });
  await podway.until(200);
  await podway.eventually(async () => assert.deepEqual(await reported(), []));
  podway.kill('SIGTERM');
  const { stdout } = await podway.ended;
  assert.equal(stdout.split('"reason":"label-unknown"').length, 2, stdout);
  assert.equal(api.requests.filter(({ verb }) => verb === 'create').length, 1, 'one Event');
});

test('LABEL_CHECK_INTERVAL=0: podway does not request pods that its label selector excludes', async () => {
  await using api = await KubernetesApi.start();
  api.apply({ ...pod, metadata });
  const env = { LABEL_CHECK_INTERVAL: '0' };
  await using podway = await startPodway({ kubeconfig: JSON.parse(api.kubeconfig()), env });
  await podway.until(200);
  podway.kill('SIGTERM');
  await podway.ended;
  const lists = api.requests.filter(({ path }) => path.endsWith('/pods'));
  assert.ok(lists.every(({ query }) => query.get('labelSelector') === 'routable=true'));
});
