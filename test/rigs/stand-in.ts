// npm run stand-in: podway with the tests' stand-in for the API server, so that kubectl can be tried without a cluster.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeNoArguments } from '../../bench/command-line.ts';
import { LOOPBACK, shellWord, urlHost } from '../../src/cli/demo/listen-address.ts';
import { DEMO_KEY, DEMO_PODS, hostsOf } from '../../src/cli/demo/manifests.ts';
import { type PodProcess, startPod } from '../../src/cli/demo/children.ts';
import { serve } from '../../src/cli/serve.ts';
import { Authority } from '../fixtures/authority.ts';
import { Cluster } from '../fixtures/cluster/cluster.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { ServerTls } from '../fixtures/kubernetes-api/tls.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';

/** Milliseconds, as with a real API server. podway lists again when a watch is silent for longer. */
const BOOKMARK_INTERVAL = 60_000;

/** Defaults; the environment overrides them. */
const DEFAULTS = {
  ...LOOPBACK,
  PORT: '8080',
  ADMIN_PORT: '9090',
  LOG_LEVEL: 'warn',
  DRAIN_DELAY: '0',
  DRAIN_TIMEOUT: '1s',
  KEY_RELEASE_DELAY: '2s',
  // Two of its namespaces share a host, to show keys.
  HOST_GRANTS: 'off',
};
takeNoArguments(
  `npm run stand-in              a small cluster on this machine, and podway in front of its pods
PORT=8081 npm run stand-in    another port; every setting of podway is an environment variable
npm run stand-in -- --help    this text`,
);
const given = Object.entries(process.env).filter(([, value]) => value !== undefined && value !== '');
const env = { ...DEFAULTS, ...Object.fromEntries(given) };
const router = urlHost(env.ADDRESS);

const folder = await mkdtemp(join(tmpdir(), 'podway-stand-in-'));
const kubeconfig = join(folder, 'config');
const tls = await createTls();
// Programs run in the pods of the stand-in, so other users of this machine and pages in a browser must not be able to
// start one. Tokens need TLS.
const guarded = typeof tls === 'string' ? {} : { tls, token: randomBytes(16).toString('hex') };
await using api = await KubernetesApi.start({ streamingLists: 'supported', ...guarded });
await using cluster = await Cluster.start(api, { programs: typeof tls === 'string' ? 'own' : 'given' });
await writeFile(kubeconfig, api.kubeconfig());
const pods: PodProcess[] = [];
const timers: NodeJS.Timeout[] = [];
try {
  // Some examples have objects in the namespace into which the chart is installed.
  for (const name of new Set(['podway', ...DEMO_PODS.map(({ namespace }) => namespace)]))
    cluster.namespace(name);
  for (const pod of DEMO_PODS) {
    const running = await startPod(pod.name, pod.program, ['127.0.0.1:0']);
    pods.push(running);
    const { namespace, path, words = '' } = pod;
    const manifest = podManifest({
      ...running,
      namespace,
      hosts: hostsOf(pod, router),
      paths: `${path}${words}`,
    });
    if (typeof tls === 'string') api.apply(manifest);
    else api.run(manifest);
  }
  api.apply(secretManifest('vault', { 'api-key': Buffer.from(DEMO_KEY, 'base64') }));
  // client-node reads the path of the kubeconfig from this variable.
  process.env['KUBECONFIG'] = kubeconfig;
  timers.push(setInterval(printGuide, 50));
  timers.push(setInterval(() => api.watches().forEach((watch) => watch.bookmark()), BOOKMARK_INTERVAL));
  process.exitCode = await serve({
    env: { ...env, KUBECONFIG: kubeconfig, MANIFESTS: '', EVENTS: 'true' },
    args: [],
    version: 'stand-in',
    machine: { cores: availableParallelism(), memory: totalmem(), openFiles: 1_024, sharesPorts: true },
    stdout: { fd: process.stdout.fd, terminal: process.stdout.isTTY },
    streams: process,
    print: (text) => process.stdout.write(text),
    printError: (...lines) => lines.forEach((line) => console.error(line)),
    onSignal: (signal, listener) => process.on(signal, listener),
    memory: () => ({ resident: 0, heap: 0 }),
    onFault: (listener) => process.on('uncaughtException', listener),
  });
} finally {
  timers.forEach((timer) => clearInterval(timer));
  await Promise.all(pods.map((pod) => pod.stop()));
  await rm(folder, { recursive: true });
}

/** Once podway follows the pods. It never does if it cannot listen. */
function printGuide(): void {
  if (api.watches('pods').length === 0) return;
  clearInterval(timers[0]);
  console.log(guide());
}

/** A certificate for this run, or the reason why there is none. */
async function createTls(): Promise<ServerTls | string> {
  const authority = new Authority(folder);
  try {
    await authority.create();
    await authority.sign('server');
  } catch (error) {
    return `openssl: ${String(error).split('\n')[0]}`;
  }
  return {
    key: await authority.read('server.key'),
    cert: await authority.read('server'),
    ca: await authority.read('ca'),
  };
}

function programs(): string {
  if (typeof tls === 'string') return `Programs in pods (kubectl exec) need a certificate: ${tls}`;
  return `Programs run in a pod: processes of yours on this machine
  kubectl exec web-1 -n shop -- uname -a

These run until you end them
  kubectl exec -it web-1 -n shop -- sh
  npm run podway -- terminal -n shop web-1
  kubectl port-forward web-1 -n shop 3000:${pods[0]?.port}`;
}

function guide(): string {
  const at = (path: string): string => shellWord(`${router}:${env.PORT}${path}`);
  const admin = (path: string): string => shellWord(`${urlHost(env.ADMIN_ADDRESS)}:${env.ADMIN_PORT}${path}`);
  const [port, adminPort] = [Number(env.PORT) + 1, Number(env.ADMIN_PORT) + 1];
  const checkout = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
  return `An API server, a node with ${pods.length} pods, and podway are running. In another terminal:
  cd ${shellWord(checkout)}
  export KUBECONFIG=${shellWord(kubeconfig)}
  kubectl get pods --all-namespaces
  curl ${at('/')} ${at('/')}

Every example can be applied: in each pod a program of this machine answers
  kubectl apply -f examples/shop.yaml
  kubectl rollout status deployment/web -n shop
  curl -H 'Host: shop.example.com' ${at('/cart')}
  kubectl scale deployment/web -n shop --replicas=3

What a manifest would change. The pods here have addresses of this machine: POD_ADDRESSES=any accepts them
  POD_ADDRESSES=any npm run podway -- check -f examples/hello.yaml --live

A change of an annotation is live at once
  kubectl annotate pod web-1 -n shop --overwrite routingPaths=${pods[0]?.port}:/blue
  curl ${at('/blue')}

An Event of the pod says what podway rejects
  kubectl annotate pod web-2 -n shop --overwrite routingPaths=1:/
  kubectl describe pod web-2 -n shop

Without its Secret a namespace is open after KEY_RELEASE_DELAY, here 2 s: 403, then 200
  curl -i ${at('/vault')}
  kubectl delete secret routing -n vault; sleep 3
  curl -i ${at('/vault')}

podway by its chart, as a Deployment of this cluster
  helm install podway charts/podway -n podway --create-namespace --set image.registry=registry.example.com
  kubectl rollout status deployment/podway -n podway

The hosts of the cluster on a machine without a network to its pods
  npm run podway -- local --port ${port} --admin-port ${adminPort} -n shop --wait shop.example.com -- sh -c 'curl -s $PODWAY_URL'

${programs()}

Routes and figures: ${admin('/routes')}, ${admin('/metrics')}
Ctrl-C ends everything.`;
}
