// Plays a cluster: the API server of the tests over TLS, one pod whose programs the bench has started, and one pod with a
// shell.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubernetesApi } from '../../test/fixtures/kubernetes-api.ts';
import { podManifest } from '../../test/fixtures/manifest.ts';
import { type ClusterOptions, ROUTED_HOST, SHELL, WEB } from './cluster-options.ts';

const { folder, address, port } = JSON.parse(process.argv[2] ?? '') as ClusterOptions;
const [key, cert, ca] = ['server.key', 'server', 'ca'].map((it) => readFileSync(join(folder, it)));
if (key === undefined || cert === undefined || ca === undefined) throw new Error('no certificate');

const api = await KubernetesApi.start({
  tls: { key, cert, ca },
  token: 'bench',
  streamingLists: 'supported',
});
api.apply(podManifest({ name: WEB, hosts: ROUTED_HOST, paths: '/', port, address }));
api.run(podManifest({ name: SHELL, hosts: '', paths: '/', port, address }));
// The log of requests would grow with every connection.
setInterval(() => api.clearRequests(), 100);
writeFileSync(join(folder, 'config.new'), api.kubeconfig());
renameSync(join(folder, 'config.new'), join(folder, 'config'));
