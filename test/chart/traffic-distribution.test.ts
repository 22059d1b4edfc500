import assert from 'node:assert/strict';
import { of } from './check-release.ts';
import { chartTest, helmTemplate, manifests } from './release.ts';

/**
 * The value for a server of each version. `PreferSameZone` is the name of PreferClose since 1.34; both mean the same.
 */
const CASES: readonly (readonly [version: string, requested: string, value: string | undefined])[] = [
  ['1.35.0', 'PreferSameZone', 'PreferSameZone'],
  ['1.34.0', 'PreferSameZone', 'PreferSameZone'],
  ['v1.34.1-eks-1234', 'PreferSameZone', 'PreferSameZone'],
  ['1.33.4', 'PreferSameZone', 'PreferClose'],
  ['1.30.0', 'PreferSameZone', 'PreferClose'],
  ['1.29.9', 'PreferSameZone', undefined],
  ['1.35.0', 'PreferClose', 'PreferClose'],
  ['1.35.0', 'PreferSameNode', 'PreferSameNode'],
  ['1.35.0', '', undefined],
];

for (const [version, requested, value] of CASES) {
  chartTest(
    `${requested || 'no value'} is ${value ?? 'no value'} for a server of ${version}`,
    async (tools) => {
      const values = { service: { trafficDistribution: requested } };
      const { code, stdout, stderr } = await helmTemplate(tools, values, '--kube-version', version);
      assert.equal(code, 0, stderr);
      assert.equal(of(manifests(stdout), 'Service')[0]?.spec?.['trafficDistribution'], value);
    },
  );
}
