import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { SETTINGS } from '../../src/config/table.ts';
import { chartTest } from './release.ts';
import { applyStrictly } from './strict-apply.ts';

const POLICY = readFileSync(new URL('../../docs/namespace-policy.yaml', import.meta.url), 'utf8');

interface Policy {
  readonly spec: {
    readonly failurePolicy: string;
    readonly variables: readonly { readonly expression: string }[];
    readonly matchConstraints: {
      readonly resourceRules: readonly { readonly resources: readonly string[] }[];
    };
  };
}

chartTest(
  'kubectl applies the policy for annotations of Namespaces with strict validation',
  async (tools) => {
    const { code, stderr, taken } = await applyStrictly(tools, POLICY);
    assert.equal(code, 0, stderr);
    assert.deepEqual(taken, [
      'ValidatingAdmissionPolicy podway-host-grants',
      'ValidatingAdmissionPolicyBinding podway-host-grants',
      'ClusterRole podway-host-grants',
    ]);
  },
);

chartTest(
  'the policy fails closed for every request that can change an annotation, and reads the default annotation',
  async () => {
    const [policy] = parseAllDocuments(POLICY).map((it) => it.toJS() as Policy);
    assert.equal(policy?.spec.failurePolicy, 'Fail');
    const [rule] = policy.spec.matchConstraints.resourceRules;
    assert.deepEqual(rule?.resources, ['namespaces', 'namespaces/status', 'namespaces/finalize']);
    for (const { expression } of policy.spec.variables)
      assert.ok(expression.includes(`annotations[?'${SETTINGS.hostsAnnotation.fallback}']`), expression);
  },
);
