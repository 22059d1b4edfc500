import assert from 'node:assert/strict';
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { type Config, loadConfig } from '../../src/config/load.ts';
import { followedTlsSecrets } from '../../src/config/certificates.ts';
import { SETTINGS } from '../../src/config/table.ts';
import type { Labels, Manifest } from './release.ts';
import { checkTypes } from './typed.ts';

/** A Deployment or DaemonSet with the environment of its pods. */
export interface Workload {
  readonly object: Manifest;
  readonly pod: V1PodSpec;
  readonly podLabels: Labels;
  readonly container: V1Container;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Config;
}

interface WorkloadSpec {
  readonly selector: { readonly matchLabels: Labels };
  readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: V1PodSpec };
}

const VARIABLES = new Set<string>(Object.values(SETTINGS).map(({ name }) => name));
/** The variables that the tests set with extraEnv. */
const EXTRA = new Set(['NODE_OPTIONS', 'POD_IP']);

export function workloads(objects: readonly Manifest[]): Workload[] {
  return of(objects, 'Deployment', 'DaemonSet').map((object) => {
    const { template } = object.spec as unknown as WorkloadSpec;
    const container = template.spec.containers[0];
    assert.ok(container);
    const variables = (container.env ?? []).map(({ name }) => name);
    assert.deepEqual([...new Set(variables)], variables, 'a variable occurs twice');
    for (const name of variables)
      assert.ok(VARIABLES.has(name) || EXTRA.has(name), `${name} is not a setting`);
    const environment = Object.fromEntries((container.env ?? []).map((it) => [it.name, it.value ?? '']));
    const loaded = loadConfig(environment);
    assert.ok('config' in loaded, JSON.stringify(loaded));
    const { config } = loaded;
    const podLabels = template.metadata.labels;
    return { object, pod: template.spec, podLabels, container, environment, config };
  });
}

export function of(objects: readonly Manifest[], ...kinds: string[]): Manifest[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

/** Rules that every release must keep, with any values. */
export function checkRelease(objects: readonly Manifest[]): void {
  const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
  assert.equal(new Set(names).size, names.length, `two objects with the same name: ${names.join(', ')}`);
  for (const object of objects) {
    checkTypes(object);
    assert.ok(object.metadata.name.length <= 63, object.metadata.name);
    assert.equal(object.metadata.labels?.['app.kubernetes.io/instance'], 'edge', object.kind);
  }
  const all = workloads(objects);
  assert.ok(all.length > 0);
  for (const workload of all) checkWorkload(workload, objects);
  checkSelectors(objects, all);
  checkRoles(objects, all);
}

function checkWorkload(workload: Workload, objects: readonly Manifest[]): void {
  const { object, pod, podLabels, container, config } = workload;
  const { selector } = object.spec as unknown as WorkloadSpec;
  assert.ok(matches(selector.matchLabels, podLabels), 'the selector matches its pods');
  const ports = new Map((container.ports ?? []).map((port) => [port.name, port]));
  assert.equal(ports.get('http')?.containerPort, config.port);
  assert.equal(ports.get('https')?.containerPort ?? 'none', config.tlsPort);
  assert.equal(ports.get('admin')?.containerPort, config.adminPort);
  checkMounts(workload);
  checkOperatorPort(workload, objects);
  if (pod.hostNetwork === true) {
    for (const { hostPort, containerPort } of ports.values()) assert.equal(hostPort, containerPort);
  }
  for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
    if (probe !== undefined) assert.equal(probe.httpGet?.port, 'admin');
  }
  assert.ok((pod.terminationGracePeriodSeconds ?? 0) * 1_000 > config.drainDelay + config.drainTimeout);
  checkRestricted(workload);
  const accounts = of(objects, 'ServiceAccount').map(({ metadata }) => metadata.name);
  if (accounts.length > 0) assert.ok(accounts.includes(pod.serviceAccountName ?? ''));
}

/** Files that settings name are mounted read-only. */
function checkMounts({ pod, container, config }: Workload): void {
  const mounts = container.volumeMounts ?? [];
  const { tlsCertificates, tlsTenantCaFile, tlsTicketSecretFile, operatorTokenFile } = config;
  for (const path of [tlsCertificates, tlsTenantCaFile, tlsTicketSecretFile, operatorTokenFile]) {
    const mount = mounts.find(({ mountPath }) => path.startsWith(mountPath));
    assert.ok(path === '' || mount?.readOnly === true, path);
  }
  const volumes = pod.volumes?.map(({ name }) => name) ?? [];
  for (const { name } of mounts) assert.ok(volumes.includes(name), name);
}

/** The restricted level of the Pod Security Standards; the operator may choose host ports and the host's network. */
function checkRestricted({ pod, container }: Workload): void {
  assert.equal(pod.securityContext?.runAsNonRoot, true);
  assert.equal(pod.securityContext.runAsUser, 65_532);
  assert.equal(pod.securityContext.seccompProfile?.type, 'RuntimeDefault');
  assert.equal(container.securityContext?.allowPrivilegeEscalation, false);
  assert.equal(container.securityContext.readOnlyRootFilesystem, true);
  assert.deepEqual(container.securityContext.capabilities, { drop: ['ALL'] });
}

/**
 * No object exposes the operator listener: users reach it by a port-forward, or by an object that the operator adds.
 */
function checkOperatorPort({ container, config }: Workload, objects: readonly Manifest[]): void {
  const ports = (container.ports ?? []).map(({ containerPort }) => containerPort);
  assert.ok(!ports.includes(Number(config.operatorPort)));
  for (const { kind, metadata, spec } of of(
    objects,
    'Service',
    'NetworkPolicy',
    'PodMonitor',
    'ServiceMonitor',
  )) {
    const text = JSON.stringify(spec);
    assert.ok(
      !/operator/.test(text) && !new RegExp(`\\b${config.operatorPort}\\b`).test(text),
      `${kind} ${metadata.name}`,
    );
  }
}

interface Selecting {
  readonly selector?: Labels | { readonly matchLabels: Labels };
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly ports?: readonly { readonly targetPort: string }[];
  readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
}

/** Every object that selects pods selects those of exactly one router, and names ports that they have. */
function checkSelectors(objects: readonly Manifest[], all: readonly Workload[]): void {
  for (const object of objects) {
    const { selector, podSelector, ports = [], scaleTargetRef } = (object.spec ?? {}) as Selecting;
    if (scaleTargetRef !== undefined) {
      const { kind, name } = scaleTargetRef;
      assert.ok(all.some((it) => it.object.kind === kind && it.object.metadata.name === name));
    }
    const labels = labelsOf(podSelector ?? selector);
    if (labels === undefined) continue;
    if (object.kind === 'ServiceMonitor') {
      const services = of(objects, 'Service').filter((it) => matches(labels, it.metadata.labels ?? {}));
      assert.equal(services.length, 1, 'one Service for a ServiceMonitor');
      continue;
    }
    const found = all.filter(({ podLabels }) => matches(labels, podLabels));
    assert.equal(found.length, 1, `${object.kind} ${object.metadata.name} selects the pods of one router`);
    const declared = found[0]?.container.ports?.map(({ name }) => name) ?? [];
    if (object.kind !== 'Service') continue;
    for (const { targetPort } of ports) assert.ok(declared.includes(targetPort), targetPort);
  }
}

function labelsOf(selector: Selecting['selector']): Labels | undefined {
  return selector !== undefined && 'matchLabels' in selector ? (selector.matchLabels as Labels) : selector;
}

function matches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

interface Binding {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

/** Bindings bind roles and accounts that exist, and the Secrets of each role are those that its router reads. */
function checkRoles(objects: readonly Manifest[], all: readonly Workload[]): void {
  for (const binding of of(objects, 'ClusterRoleBinding', 'RoleBinding')) {
    const { roleRef, subjects } = binding as unknown as Binding;
    const role = of(objects, roleRef.kind).find(({ metadata }) => metadata.name === roleRef.name);
    assert.ok(role, `${roleRef.kind} ${roleRef.name}`);
    assert.equal(role.metadata.namespace, binding.metadata.namespace);
    assert.equal(subjects.length, 1);
    const [account] = subjects;
    const users = all.filter(
      ({ pod, object }) =>
        pod.serviceAccountName === account?.name && object.metadata.namespace === account?.namespace,
    );
    assert.ok(users.length > 0, 'no account is bound');
    for (const { config } of users) {
      assert.equal(role.metadata.namespace ?? '', config.watchNamespace);
      assert.deepEqual(secretNames(role), [
        config.apiKeySecretLocation.name,
        ...(followedTlsSecrets(config) ?? []),
      ]);
    }
  }
}

interface Rule {
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

function secretNames(role: Manifest): readonly string[] {
  const rules = role['rules'] as readonly Rule[];
  return rules
    .filter(({ resources }) => resources.includes('secrets'))
    .flatMap((it) => it.resourceNames ?? []);
}
