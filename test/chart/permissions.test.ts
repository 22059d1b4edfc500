import assert from 'node:assert/strict';
import { startPodway } from '../process/podway.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { of, workloads } from './check-release.ts';
import { chartTest, type Manifest, render, type Values } from './release.ts';
import { sampleOf } from '../fixtures/wide.ts';

/** The rules of the rendered role, in the form that the API stand-in reads. */
function rulesOf(objects: readonly Manifest[]): Rule[] {
  const [role, ...others] = of(objects, 'Role', 'ClusterRole');
  assert.ok(role && others.length === 0);
  const { namespace } = role.metadata;
  const rules = role['rules'] as readonly (Rule & { apiGroups: readonly string[] })[];
  for (const { apiGroups } of rules) assert.deepEqual(apiGroups, ['']);
  return rules.map((rule) => ({ ...rule, ...(namespace !== undefined && { namespace }) }));
}

/** `verb resource`, with the name or the namespace to which it is limited. */
function granted(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ verbs, resources, resourceNames, namespace }) =>
    resources.flatMap((resource) =>
      (resourceNames ?? [undefined]).flatMap((name) =>
        verbs.map((verb) => nameOf({ verb, resource, name, namespace })),
      ),
    ),
  );
}

function asked({ verb = 'get', path, query }: KubernetesApi['requests'][number]): string {
  const [, namespace, kind = '', below = ''] =
    /^\/api\/v1(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/[^/]+(\/status))?$/.exec(path) ?? assert.fail(path);
  const resource = `${kind}${below}`;
  const name = /^metadata\.name=(.+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
  return nameOf({ verb, resource, name, namespace });
}

/** Objects that podway writes, in the namespace of the object that they are about. */
const WRITTEN = new Set(['events', 'pods/status']);

function nameOf(call: {
  verb: string;
  resource: string;
  name: string | undefined;
  namespace: string | undefined;
}) {
  const { verb, resource, name, namespace } = call;
  const where = namespace === undefined || WRITTEN.has(resource) ? '' : ` in ${namespace}`;
  return `${verb} ${resource}${name === undefined ? '' : ` ${name}`}${where}`;
}

interface Case {
  readonly name: string;
  readonly config: Values;
  readonly calls: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'for the whole cluster',
    config: {},
    calls: ['list pods', 'watch pods', 'list secrets routing', 'watch secrets routing'],
  },
  {
    name: 'for one namespace',
    config: { watchNamespace: 'shop', apiKeySecretLocation: 'gate:key' },
    calls: [
      'list pods in shop',
      'watch pods in shop',
      'list secrets gate in shop',
      'watch secrets gate in shop',
    ],
  },
  {
    name: 'with TLS',
    config: { tlsPort: 8_443, tlsSecrets: ['routing-tls', 'second'] },
    calls: [
      'list pods',
      'watch pods',
      'list secrets routing',
      'watch secrets routing',
      'list secrets routing-tls',
      'watch secrets routing-tls',
      'list secrets second',
      'watch secrets second',
    ],
  },
  {
    name: 'with hosts that Namespaces hold',
    config: { hostGrants: 'enforce' },
    calls: [
      'list pods',
      'watch pods',
      'list secrets routing',
      'watch secrets routing',
      'list namespaces',
      'watch namespaces',
    ],
  },
  {
    name: 'for one namespace that holds hosts',
    config: { hostGrants: 'enforce', hostGrantsDefault: '{namespace}.local', watchNamespace: 'shop' },
    calls: [
      'list pods in shop',
      'watch pods in shop',
      'list secrets routing in shop',
      'watch secrets routing in shop',
    ],
  },
  {
    name: 'with Events',
    config: { events: true },
    calls: ['list pods', 'watch pods', 'list secrets routing', 'watch secrets routing', 'create events'],
  },
  {
    name: 'with a readiness gate',
    config: { readinessGate: 'podway.dev/routable' },
    calls: ['list pods', 'watch pods', 'list secrets routing', 'watch secrets routing', 'patch pods/status'],
  },
];

for (const { name, config, calls } of sampleOf(CASES, 2)) {
  chartTest(`the chart's role allows exactly the requests that podway sends: ${name}`, async (tools) => {
    const objects = await render(tools, { config });
    const rules = rulesOf(objects);
    await using api = await KubernetesApi.start({ rules });
    const pod = podManifest({
      name: 'web',
      namespace: 'shop',
      hosts: 't.local bad_host',
      paths: '/',
      port: 1,
    });
    // podway reports the rejected annotation in the pod's status, where the role allows that.
    const readinessGates = [{ conditionType: 'podway.dev/routable' }];
    api.apply({ ...pod, spec: { ...pod.spec, readinessGates } });
    api.apply(secretManifest('shop', { 'api-key': 'k' }));
    const { PORT: _, ADMIN_PORT: __, ...env } = workloads(objects)[0]?.environment ?? {};
    await using podway = await startPodway({ env, kubeconfig: JSON.parse(api.kubeconfig()) as unknown });
    await podway.until(200);
    for (const call of calls) await api.untilRequested((request) => asked(request) === call);
    // `get` returns the same as `list`: the role has the rule for people who read the object.
    const allowed = granted(rules).filter((call) => !call.startsWith('get '));
    assert.deepEqual([...new Set(api.requests.map(asked))].sort(), [...calls].sort());
    assert.deepEqual(allowed.sort(), [...calls].sort());
    const { body } = await podway.admin('/metrics');
    assert.doesNotMatch(body, /^podway_source_problems_total\{reason="forbidden"/m);
  });
}
