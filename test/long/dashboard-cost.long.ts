import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { coreTime, mainThreadTime } from '../../bench/harness/core-time.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { RequestLoad } from '../fixtures/request-load.ts';
import { type Podway, startPodway } from '../process/podway.ts';

const ROUTES = parameter('ROUTES', 10_000);
/** Seconds of each measurement. In 60 s every worker reports at least once. */
const SECONDS = parameter('SECONDS', 60);
const REQUESTS = parameter('REQUESTS', 500);
const READERS = parameter('READERS', 16);
/** Maximum share of a core that dashboards may cost the main thread, in percent. */
const MOST = parameter('MOST', 2);
const ROUTES_A_POD = 10;

/** A client that reads the event stream of the dashboard. */
class Reader implements Disposable {
  bytes = 0;
  readonly #reply: IncomingMessage;

  private constructor(reply: IncomingMessage) {
    this.#reply = reply;
    reply.on('data', (chunk: Buffer) => (this.bytes += chunk.length)).on('error', () => undefined);
  }

  static async open({ address, operatorPort }: Podway): Promise<Reader> {
    const asked = get({ host: address, port: operatorPort, path: '/events', agent: false });
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(reply.statusCode, 200);
    return new Reader(reply);
  }

  [Symbol.dispose](): void {
    this.#reply.destroy();
  }
}

test(`the cost of dashboards for a router of ${ROUTES} routes`, async (t) => {
  await using api = await KubernetesApi.start({ window: 100_000 });
  using pod = await LoadPod.start();
  const hostOf = (route: number) => `h${route % ROUTES}.local`;
  const podOf = (number: number, address: string, port = pod.port) => {
    const hosts = Array.from({ length: ROUTES_A_POD }, (_, at) => hostOf(number * ROUTES_A_POD + at)).join(
      ' ',
    );
    const namespace = `n${number % 20}`;
    return podManifest({ name: `p${number}`, namespace, hosts, paths: '/', port, address });
  };
  api.apply(pod.manifest);
  for (let number = 0; number < ROUTES / ROUTES_A_POD; number += 1) api.apply(podOf(number, '127.0.0.1'));
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: { WORKERS: '2', LOG_LEVEL: 'error' },
  });
  await podway.until(200);
  const { address, port, pid } = podway;
  using load = new RequestLoad({ address, port, connections: 32, perSecond: REQUESTS, host: hostOf });
  load.start();
  await sleep((ROUTES / REQUESTS) * 1_000);

  const figures: Record<string, number> = {};
  /** CPU of the main thread in percent of a core, with this many readers. */
  const measure = async (name: string, readers: number) => {
    using open = new DisposableStack();
    const all: Reader[] = [];
    for (let reader = 0; reader < readers; reader += 1) all.push(open.use(await Reader.open(podway)));
    const before = { main: mainThreadTime(pid), all: coreTime(pid).ran, at: performance.now() };
    await sleep(SECONDS * 1_000);
    const lasted = performance.now() - before.at;
    const main = ((mainThreadTime(pid) - before.main) / lasted) * 100;
    const others = ((coreTime(pid).ran - before.all) / lasted) * 100 - main;
    figures[`${name}, ${readers} readers: main`] = main;
    figures[`${name}, ${readers} readers: others`] = others;
    if (readers > 0) figures['bytes per second and reader'] = (all[0] as Reader).bytes / (lasted / 1_000);
    return main;
  };
  const costs: number[] = [];
  const compare = async (name: string) => {
    const none = await measure(name, 0);
    costs.push((await measure(name, 1)) - none, (await measure(name, READERS)) - none);
  };
  await compare('all well');
  // No process listens at this address: requests fail, and the pod is ejected.
  api.apply(podOf(1, '127.0.0.1', 1));
  let changes = 0;
  const changing = setInterval(() => api.apply(podOf(2, `127.0.1.${changes++ % 200}`)), 1_000);
  await compare('requests fail and the table changes');
  clearInterval(changing);
  await load.stop();
  printFigures(t, figures);
  for (const cost of costs) assert.ok(cost <= MOST, `${cost} % of a core`);
});
