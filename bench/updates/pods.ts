import { podManifest } from '../../test/fixtures/manifest.ts';

/** The port of every pod; the addresses differ. */
export const POD_PORT = 18_950;

/** The nth loopback address for pods. One server on all addresses answers for all pods. */
export function podAddress(n: number): string {
  return `127.${64 + ((n >> 16) & 63)}.${(n >> 8) & 255}.${n & 255}`;
}

/** The host of only this pod. Its answer shows the address to which the router sends its requests. */
export function ownHost(pod: number): string {
  return `pod-${pod}.bench.local`;
}

/** The hosts of a pod that the bench may follow: a shared host and its own. */
export function hostsOf(pod: number, hosts: number): string {
  return `${sharedHost(pod, hosts)} ${ownHost(pod)}`;
}

/** The host that this pod shares with others. */
export function sharedHost(pod: number, hosts: number): string {
  return `shop-${pod % hosts}.bench.local`;
}

/**
 * A pod with additional fields that podway does not read. With 20 `fields` it is as large as a real pod, about 5 KB of JSON;
 * with 2 it is so small that the stand-in can make a thousand changes per second.
 */
export function benchPod(pod: number, hosts: string, address: string, fields = 2) {
  const deployment = `shop-${(/\d+/.exec(hosts) ?? [0])[0]}-6d4cf56db6`;
  const manifest = podManifest({
    name: `${deployment}-${pod.toString(36).padStart(5, '0')}`,
    namespace: `team-${pod % 50}`,
    hosts,
    paths: '/',
    port: POD_PORT,
    address,
  });
  const { metadata, spec, status } = manifest;
  return {
    ...manifest,
    metadata: { ...metadata, generateName: `${deployment}-`, managedFields: managedFields(pod, fields) },
    spec: { ...spec, ...ballast(pod, fields) },
    status: { ...status, hostIP: '10.0.0.1', startTime: '2026-01-01T00:00:00Z', qosClass: 'Burstable' },
  };
}

function managedFields(pod: number, fields: number): object[] {
  return ['kube-controller-manager', 'kubelet'].map((manager) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(
      Array.from({ length: fields }, (_, field) => [
        `f:field-${field}`,
        { [`k:{"uid":"${pod}-${field}"}`]: { '.': {}, 'f:name': {}, 'f:value': {} } },
      ]),
    ),
  }));
}

function ballast(pod: number, fields: number): object {
  const env = Array.from({ length: fields }, (_, n) => ({
    name: `SETTING_${n}`,
    value: `value ${n} of pod ${pod}`,
  }));
  const volumeMounts = [
    { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ];
  const ports = [{ containerPort: POD_PORT, protocol: 'TCP' }];
  return {
    containers: [{ name: 'main', image: 'registry.example.com/team/shop:1.2.3', env, ports, volumeMounts }],
    nodeName: `node-${pod % 200}`,
    serviceAccountName: 'default',
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
  };
}
