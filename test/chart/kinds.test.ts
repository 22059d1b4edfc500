import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Claim, typeErrors } from '../fixtures/type-check.ts';
import { EVERYTHING } from './everything.ts';
import { chartTest, type Manifest, manifests, render } from './release.ts';
import { CHART } from './written-files.ts';

const EXAMPLES = new URL('../../examples/', import.meta.url);
const KINDS = { Kinds: 'test/chart/kinds.ts' };

function claim(source: string, object: Manifest): Claim {
  const { apiVersion, kind, metadata } = object;
  return {
    name: `${source}: ${kind} ${metadata.name}`,
    value: object,
    type: `Kinds[${JSON.stringify(`${apiVersion} ${kind}`)}]`,
  };
}

chartTest(
  "every object of the chart satisfies Kubernetes' and the Prometheus operator's types",
  async (tools) => {
    const sources = new Map([['everything', await render(tools, EVERYTHING)]]);
    for (const file of readdirSync(new URL('examples/', CHART)))
      sources.set(file, await render(tools, {}, file));
    const claims = [...sources].flatMap(([source, objects]) =>
      objects.map((object) => claim(source, object)),
    );
    const kinds = new Set(claims.map(({ value }) => (value as Manifest).kind));
    assert.equal(kinds.size, 15, [...kinds].join());
    assert.deepEqual(await typeErrors(claims, KINDS), []);
  },
);

test('every object of examples/ satisfies the types of Kubernetes and cert-manager', async () => {
  const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' });
  const claims = files
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) =>
      manifests(readFileSync(new URL(file, EXAMPLES), 'utf8')).map((object) => claim(file, object)),
    );
  assert.ok(claims.length > 8);
  assert.deepEqual(await typeErrors(claims, KINDS), []);
});

function object(apiVersion: string, kind: string, spec: object): Manifest {
  return { apiVersion, kind, metadata: { name: 'wrong' }, spec: { ...spec } };
}

const SCRAPED = { selector: {}, podMetricsEndpoints: [{ port: 'admin', honorLabel: true }] };
const WRONG: readonly (readonly [error: RegExp, object: Manifest])[] = [
  [/honorLabel"?' does not exist/, object('monitoring.coreos.com/v1', 'PodMonitor', SCRAPED)],
  [/'IIntOrString/, object('policy/v1', 'PodDisruptionBudget', { maxUnavailable: true })],
  [/selector"?' is missing/, object('apps/v1', 'DaemonSet', { template: { metadata: {} } })],
  [/extensions\/v1beta1 Ingress' does not exist/, object('extensions/v1beta1', 'Ingress', {})],
];

test('a misspelled field, a value of another type, a missing field and an unknown kind are reported', async () => {
  const errors = await typeErrors(
    WRONG.map(([, value]) => claim('case', value)),
    KINDS,
  );
  assert.equal(errors.length, WRONG.length, errors.join('\n'));
  for (const [pattern, { kind }] of WRONG) {
    const error = errors.find((it) => it.startsWith(`case: ${kind} wrong`));
    assert.match(error ?? '', pattern);
  }
});
