import type { Values } from './release.ts';

/** Values with which the chart makes an object of every kind. */
export const EVERYTHING: Values = {
  autoscaling: { enabled: true, targetConnections: 5_000 },
  networkPolicy: { enabled: true, adminFrom: [{ podSelector: {} }], egress: [{ to: [{ podSelector: {} }] }] },
  service: { nodePort: 30_080, ipFamilies: ['IPv4'], loadBalancerSourceRanges: ['192.0.2.0/24'] },
  hostAliases: [{ ip: '192.0.2.1', hostnames: ['api.local'] }],
  config: { events: true, tlsPort: 8_443 },
  tls: {
    certificates: [{ name: 'default', secretName: 'wildcard-tls' }],
    tenantCa: 'ca',
    ticketSecret: 'tickets',
  },
  operator: { tokenSecret: 'operator' },
  extraEnv: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
  metrics: {
    podMonitor: {
      interval: '15s',
      relabelings: [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' }],
    },
    prometheusRule: { enabled: true, docsUrl: 'https://docs.example.com/podway' },
    dashboard: { enabled: true },
  },
  routers: {
    one: { metrics: { podMonitor: { enabled: true } } },
    two: { metrics: { serviceMonitor: { enabled: true, scrapeTimeout: '5s' } } },
    three: { kind: 'DaemonSet', autoscaling: { enabled: false }, config: { watchNamespace: 'shop' } },
  },
};
