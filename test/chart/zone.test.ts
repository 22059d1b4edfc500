import assert from 'node:assert/strict';
import { workloads } from './check-release.ts';
import { chartTest, render } from './release.ts';

const OF_ITS_POD = { fieldRef: { fieldPath: "metadata.labels['topology.kubernetes.io/zone']" } };

for (const [config, expected] of [
  [{}, undefined],
  [{ zonePreference: false }, undefined],
  [{ zonePreference: true }, { name: 'ZONE', valueFrom: OF_ITS_POD }],
  [
    { zonePreference: true, zone: 'a' },
    { name: 'ZONE', value: 'a' },
  ],
] as const)
  chartTest(
    `with ${JSON.stringify(config)} the zone of podway is ${JSON.stringify(expected)}`,
    async (tools) => {
      const [router] = workloads(await render(tools, { config }));
      const env = router?.container.env?.filter(({ name }) => name === 'ZONE');
      assert.deepEqual(env, expected === undefined ? [] : [expected]);
    },
  );
