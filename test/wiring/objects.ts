import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { type NamespaceSecret, readSecret } from '../../src/wiring/secret.ts';

export const NAMES = { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' };

/**
 * The fields of a pod that a test sets; all others are those of a healthy pod. The negative tests of k8s-router had
 * pods without IP and ports and so passed for the wrong reason: here every pod has both unless a test removes them.
 */
export interface PodText {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly hosts?: string | undefined;
  readonly paths?: string | undefined;
  readonly options?: string | undefined;
  /** The creationTimestamp of the pod. */
  readonly created?: string;
  /** The zone of the pod's node. */
  readonly zone?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly terminating?: boolean;
  readonly ip?: string | undefined;
  readonly ports?: readonly number[];
}

/** A Pod as the API server sends it. */
export function podObject(text: PodText): Record<string, unknown> {
  const name = text.name ?? 'web-0';
  const namespace = text.namespace ?? 'test';
  const annotations: Record<string, string> = {};
  const { hosts, paths, options, created } = { hosts: 'test.github.com', paths: '3000:/', ...text };
  if (hosts !== undefined) annotations[NAMES.hosts] = hosts;
  if (paths !== undefined) annotations[NAMES.paths] = paths;
  if (options !== undefined) annotations[NAMES.options] = options;
  const ports = (text.ports ?? [80, 443, 3000, 3001]).map((containerPort) => ({
    containerPort,
    protocol: 'TCP',
  }));
  const deletion = text.terminating === true ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  const ip = 'ip' in text ? text.ip : '10.244.1.17';
  return {
    metadata: {
      name,
      namespace,
      uid: text.uid ?? `uid-${namespace}-${name}`,
      annotations,
      ...(text.zone !== undefined && { labels: { 'topology.kubernetes.io/zone': text.zone } }),
      creationTimestamp: created,
      ...deletion,
    },
    spec: { containers: [{ name: 'app', ports }] },
    status: {
      phase: text.phase ?? 'Running',
      ...(ip === undefined ? {} : { podIP: ip }),
      conditions: [{ type: 'Ready', status: text.ready === false ? 'False' : 'True' }],
    },
  };
}

export function aPod(text: PodText): Pod {
  const pod = readPod(podObject(text), NAMES);
  if (pod === undefined) throw new Error('the test has no pod');
  return pod;
}

/** `value` is the secret itself, not its base64. */
export function aSecret(namespace: string, value: string, uid = `uid-secret-${namespace}`): NamespaceSecret {
  return secretWith(namespace, { 'api-key': Buffer.from(value).toString('base64') }, uid);
}

export function secretWith(
  namespace: string,
  data: unknown,
  uid = `uid-secret-${namespace}`,
): NamespaceSecret {
  const secret = readSecret({ metadata: { name: 'routing', namespace, uid }, data }, 'api-key');
  if (secret === undefined) throw new Error('the test has no secret');
  return secret;
}
