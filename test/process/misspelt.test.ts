import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podManifest } from '../fixtures/manifest.ts';
import { runPodway, startPodway } from './podway.ts';

const { metadata, ...pod } = podManifest({ name: 'a', hosts: 't.local', paths: '/', port: 3000 });
const { routingHosts, ...others } = metadata.annotations;

const MISSPELT: readonly (readonly [string, unknown, string, string])[] = [
  [
    'an annotation',
    { ...pod, metadata: { ...metadata, annotations: { ...others, routingHost: routingHosts } } },
    'annotation-unknown',
    'routingHost (did you mean routingHosts?)',
  ],
  [
    'a label',
    { ...pod, metadata: { ...metadata, labels: { routable: 'True' } } },
    'label-unknown',
    'routable: True (did you mean routable: "true"?)',
  ],
];

for (const [what, manifest, reason, detail] of MISSPELT) {
  test(`${what} that is nearly podway's: /routes, the log once, and check name what was meant`, async () => {
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

test('podway check -f: the pods of a Deployment with a misspelt label or annotation', async () => {
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
  for (const [stdin, said] of [
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
    assert.match(stdout, said);
    assert.equal(code, 1);
  }
});
