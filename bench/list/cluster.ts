// Plays the API server of a cluster with many pods in a separate process, so that it does not block threads of podway while
// it writes its answers.
import { KubernetesApi } from '../../test/fixtures/kubernetes-api.ts';
import { benchPod, ownHost, podAddress, sharedHost } from '../updates/pods.ts';
import type { ClusterOptions, ClusterReport } from './cluster-messages.ts';

const { pods, hosts, fields, lists } = JSON.parse(process.argv[2] ?? '') as ClusterOptions;

const report = (it: ClusterReport): void => {
  process.send?.(it);
};

const api = await KubernetesApi.start({
  streamingLists: lists === 'streamed' ? 'supported' : 'refused',
  window: pods + 1_000,
});
for (let pod = 0; pod < pods; pod += 1)
  api.apply(benchPod(pod, `${sharedHost(pod, hosts)} ${ownHost(pod)}`, podAddress(pod), fields));
report({ kubeconfig: api.kubeconfig() });
await api.untilRequested(({ path }) => path.endsWith('/pods'));
report({ askedAt: performance.timeOrigin + performance.now() });
