import { podManifest } from '../fixtures/manifest.ts';

export interface RouterPodOptions {
  readonly namespace?: string;
  readonly condition?: 'ready' | 'unready';
  readonly labels?: Readonly<Record<string, string>>;
  /** Variables of its container's environment. */
  readonly operatorPort?: string;
}

/** A pod of the chart; the process at that address runs in it. */
export function routerPod(name: string, address: string, options: RouterPodOptions = {}) {
  const { namespace = 'podway', condition = 'ready', labels, operatorPort } = options;
  const manifest = podManifest({ name, namespace, hosts: '', paths: '/', port: 1, address, condition });
  const [main] = manifest.spec.containers;
  const chart = {
    'app.kubernetes.io/name': 'podway',
    'app.kubernetes.io/instance': 'edge',
    'app.kubernetes.io/component': 'router',
  };
  const env = operatorPort === undefined ? [] : [{ name: 'OPERATOR_PORT', value: operatorPort }];
  return {
    ...manifest,
    metadata: { ...manifest.metadata, labels: { ...chart, ...labels } },
    spec: { containers: [{ ...main, env }] },
  };
}
