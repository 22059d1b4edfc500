import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { unlessWide } from '../fixtures/wide.ts';
import { runPodway, startPodway } from './podway.ts';

const { metadata, ...pod } = podManifest({ name: 'a', hosts: 't.local', paths: '/', port: 3000 });
const { routingHosts, ...others } = metadata.annotations;

const MISSPELT: readonly (readonly [what: string, changed: object, reason: string, detail: string])[] = [
  [
    'a misspelt annotation',
    { annotations: { ...others, routingHost: routingHosts } },
    'annotation-unknown',
    'routingHost (did you mean routingHosts?)',
  ],
  [
    'a misspelt label',
    { labels: { routable: 'True' } },
    'label-unknown',
    'routable: True (did you mean routable: "true"?)',
  ],
  ['the absence of a label', { labels: { app: 'web' } }, 'label-unknown', 'no label routable: "true"'],
];

interface Rejection {
  readonly name: string;
  readonly reason: string;
  readonly detail: string;
}

/** The manifest of the pod of each row: `pod-0`, `pod-1`, ... */
const MANIFESTS = Object.fromEntries(
  MISSPELT.map(([, changed], row) => [
    `pod-${row}.json`,
    { ...pod, metadata: { ...metadata, name: `pod-${row}`, uid: `uid-${row}`, ...changed } },
  ]),
);

test('misspelt names are reported: /routes, the log (once) and check suggest the nearest name', async (t) => {
  await using podway = await startPodway({ manifests: MANIFESTS });
  await podway.until(200);
  const { routes, rejections } = JSON.parse((await podway.admin('/routes')).body) as {
    readonly routes: readonly unknown[];
    readonly rejections: readonly Rejection[];
  };
  assert.deepEqual(routes, []);
  for (const [file, manifest] of Object.entries(MANIFESTS))
    await podway.write(file, { ...manifest, status: pod.status });
  podway.kill('SIGTERM');
  const { stdout } = await podway.ended;
  const logged = stdout.split('\n').filter((line) => line !== '');
  const checked = await runPodway({ manifests: MANIFESTS, args: ['check'] });
  assert.equal(checked.code, 1);
  for (const [row, [what, , reason, detail]] of MISSPELT.entries()) {
    await t.test(what, () => {
      const name = `pod-${row}`;
      assert.ok(
        rejections.some((it) => it.name === name && it.reason === reason && it.detail === detail),
        JSON.stringify(rejections),
      );
      const lines = logged.map((line) => JSON.parse(line) as Partial<Rejection>);
      assert.equal(lines.filter((it) => it.name === name && it.reason === reason).length, 1, stdout);
      assert.ok(
        checked.stdout.includes(`rejected: Pod default/${name}: ${reason}: ${detail} (expected `),
        checked.stdout,
      );
    });
  }
});

test('podway check -f reports a misspelt label or annotation of the pods of a Deployment', async () => {
  const deployment = (name: string, labels: object, annotations: object) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels, annotations }, spec: pod.spec },
      },
    });
  const stdin = [
    deployment('web', { routable: 'True' }, metadata.annotations),
    deployment('api', { routable: 'true' }, { ...others, routingHost: 'a.example.com' }),
  ].join('\n---\n');
  const { code, stdout } = await runPodway({ args: ['check', '-f', '-'], stdin });
  assert.match(stdout, /label-unknown: routable: True \(did you mean routable: "true"\?\)/);
  assert.match(stdout, /annotation-unknown: routingHost \(did you mean routingHosts\?\)/);
  assert.equal(code, 1);
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

test('LABEL_CHECK_INTERVAL=0: podway does not request pods that its label selector excludes', {
  skip: unlessWide,
}, async () => {
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
