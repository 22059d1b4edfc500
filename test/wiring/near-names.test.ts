import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPod } from '../../src/wiring/pod.ts';
import { isNearKey } from '../../src/wiring/near-names.ts';
import { parseSelector, type Selector } from '../../src/wiring/selector.ts';

const NAMES = { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' };

function misspelt(annotations: Readonly<Record<string, string>>, names = NAMES): string | undefined {
  return readPod({ metadata: { name: 'a', namespace: 'b', uid: 'c', annotations } }, names)?.misspelt;
}

test('an annotation whose name resembles one of podway is reported with the nearest name', () => {
  for (const [written, meant] of [
    ['routingHost', 'routingHosts'],
    ['routinghosts', 'routingHosts'],
    ['routing-hosts', 'routingHosts'],
    ['routignHosts', 'routingHosts'],
    ['routingPath', 'routingPaths'],
    ['RoutingPaths', 'routingPaths'],
    ['routingOption', 'routingOptions'],
  ] as const)
    assert.equal(misspelt({ [written]: 'x' }), `${written} (did you mean ${meant}?)`);
  const names = { ...NAMES, hosts: 'edge.example.com/hosts' };
  assert.equal(
    misspelt({ 'edge.example.com/host': 'x' }, names),
    undefined,
    'a name of four letters is too short',
  );
  assert.equal(
    misspelt({ 'edge.example.com/Hosts': 'x' }, names),
    'edge.example.com/Hosts (did you mean edge.example.com/hosts?)',
  );
  assert.equal(
    misspelt({ routingHost: 'x', routingPath: 'y' }),
    'routingHost (did you mean routingHosts?), routingPath (did you mean routingPaths?)',
  );
});

test('other annotations are not reported: foreign ones, names with another prefix, similar names next to the correct one, the names of podway', () => {
  for (const annotations of [
    { 'kubectl.kubernetes.io/restartedAt': 'x', 'prometheus.io/scrape': 'true', checksum: 'y', hosts: 'z' },
    { 'other.io/routingHosts': 'x', 'routingHosts.io/x': 'y', routingHostnames: 'z', rootingHoots: 'a' },
    { routingHosts: 'x', routingHost: 'y' },
    { routingHosts: 'x', routingPaths: 'y', routingOptions: 'z' },
  ])
    assert.equal(misspelt(annotations), undefined, JSON.stringify(annotations));
  assert.equal(isNearKey('routingHosts', 'routingHosts'), false);
  assert.equal(
    misspelt({ [`routingHost\u001b`]: 'x' }),
    String.raw`routingHost\u001b (did you mean routingHosts?)`,
  );
});

function selectorOf(text: string): Selector {
  const parsed = parseSelector(text);
  assert.ok('nearMiss' in parsed);
  return parsed;
}

function nearMiss(selector: string, labels: Readonly<Record<string, string>>): string | undefined {
  return selectorOf(selector).nearMissOrAbsent(new Map(Object.entries(labels)));
}

test('a label that nearly matches the selector is reported, and so is an absent label', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string | undefined])[] = [
    ['routable=true', { routable: 'True' }, 'routable: True (did you mean routable: "true"?)'],
    ['routable=true', { routable: 'ture' }, 'routable: ture (did you mean routable: "true"?)'],
    ['routable=true', { Routable: 'true' }, 'Routable: true (did you mean routable: "true"?)'],
    ['routable=true', { routeable: 'true' }, 'routeable: true (did you mean routable: "true"?)'],
    ['routable=true', { routable: 'false' }, undefined],
    ['routable=true', { routable: 'true' }, undefined],
    ['routable=true', { app: 'true', router: 'true' }, 'no label routable: "true"'],
    ['routable=true', {}, 'no label routable: "true"'],
    ['routable', {}, 'no label routable'],
    ['!paused', { paused: 'true' }, undefined],
    ['routable=true,!paused', { paused: 'true' }, undefined],
    [
      'routable=true,tier=web',
      { routable: 'True', tier: 'web' },
      'routable: True (did you mean routable: "true"?)',
    ],
    [
      'routable=true,tier=web',
      { routable: 'True' },
      'routable: True (did you mean routable: "true"?), no label tier: "web"',
    ],
    ['routable=true,tier=web', { routable: 'True', tier: 'db' }, undefined],
    ['routable!=false', { routable: 'false' }, undefined],
    ['routable', { Routable: 'x' }, 'Routable: x (did you mean routable: "x"?)'],
  ];
  for (const [selector, labels, meant] of cases) {
    assert.equal(nearMiss(selector, labels), meant, `${selector} ${JSON.stringify(labels)}`);
    const misspelt = selectorOf(selector).nearMiss(new Map(Object.entries(labels)));
    assert.equal(misspelt, meant?.includes('no label') === true ? undefined : meant);
  }
});

test('pods that a selector leaves out are listed by the opposite selector, if there is one', () => {
  for (const [selector, labelSelector] of [
    ['routable=true', 'routable!=true'],
    ['tier in (web,api)', 'tier notin (web,api)'],
    ['routable', '!routable'],
    ['routable=', 'routable!='],
    ['routable=true,tier=web', undefined],
    ['routable=true,!paused', undefined],
  ] as const) {
    assert.deepEqual(selectorOf(selector).complement, { labelSelector }, selector);
    if (labelSelector !== undefined) assert.ok('matches' in selectorOf(labelSelector), labelSelector);
  }
  for (const selector of ['', '!paused', 'tier!=db', 'weight>3'])
    assert.equal(selectorOf(selector).complement, undefined, selector);
});
