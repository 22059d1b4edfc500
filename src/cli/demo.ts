import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/load.ts';
import { readConfig } from './configured.ts';
import { type PodProcess, startPod } from './demo/children.ts';
import { EarlySignals } from './demo/early-signals.ts';
import { grpcScript, guide, type GuideFacts, webSocketScript } from './demo/guide.ts';
import { LOOPBACK, urlHost } from './demo/listen-address.ts';
import { DEMO_PODS, writeManifests } from './demo/manifests.ts';
import { makeDemoFolder, type DemoFolder } from './demo/demo-folder.ts';

import { endOnHangup } from './ending-with-terminal.ts';
import { portProblems } from './port-problems.ts';
import type { Runtime } from './runtime.ts';
import { serve } from './serve.ts';

/** Exit code for wrong settings and for a port that is in use. */
const UNUSABLE_EXIT_CODE = 2;

/** Defaults of the demo; the environment overrides them. A drain of several seconds would only delay Ctrl-C. */
const DEFAULTS = {
  ...LOOPBACK,
  PORT: '8080',
  TLS_PORT: '8443',
  ADMIN_PORT: '9090',
  DRAIN_DELAY: '0',
  DRAIN_TIMEOUT: '1s',
  LOG_LEVEL: 'warn',
  // The two namespaces of the demo share a host, to show keys.
  HOST_GRANTS: 'off',
};

/** Settings that the environment cannot override, because the demo's manifests use the default names. */
const FIXED = {
  HOSTS_ANNOTATION: '',
  PATHS_ANNOTATION: '',
  ROUTABLE_LABEL_SELECTOR: '',
  API_KEY_HEADER: '',
  API_KEY_SECRET_LOCATION: '',
  WATCH_NAMESPACE: '',
};

const READY_POLL_INTERVAL = 50;

/**
 * `podway demo`. Starts the pods as processes, writes their manifests into MANIFESTS (a new temporary folder if it is not
 * set), and routes requests to them until a signal arrives or the terminal closes. Then it ends the pods, too. Resolves
 * with the exit code.
 */
export async function demo(given: Runtime): Promise<number> {
  const early = new EarlySignals(endOnHangup(given));
  const { runtime } = early;
  const set = Object.entries(runtime.env).filter(([, value]) => value !== undefined && value !== '');
  const env: Record<string, string | undefined> = { ...DEFAULTS, ...Object.fromEntries(set), ...FIXED };
  const config = readConfig({ ...runtime, env });
  if (!config) return UNUSABLE_EXIT_CODE;
  const refusedPorts = await portProblems(config, runtime.machine, { all: true });
  if (refusedPorts.length > 0) {
    runtime.printError(...refusedPorts.map((it) => `podway demo: ${it}`));
    return UNUSABLE_EXIT_CODE;
  }
  early.listen();
  runtime.print('Starting four pods and a router ...\n');
  const { address } = config;
  const folders = { manifests: env['MANIFESTS'], certificates: env['TLS_CERTIFICATES'], address };
  const place = await makeDemoFolder(folders);
  const pods: PodProcess[] = [];
  try {
    pods.push(...(await startPods()));
    await writeManifests(place.manifests, pods, urlHost(address));
    const own = { MANIFESTS: place.manifests, TLS_CERTIFICATES: place.certificates };
    const routing = { ...runtime, env: { ...env, ...own } };
    return early.arrived ? 0 : await route(routing, { pods, place, isEnding: () => early.arrived });
  } catch (error) {
    // A terminal signals the pods, too: then one that was starting has not failed.
    if (early.arrived) return 0;
    runtime.printError(`podway demo: ${(error as Error).message}`);
    return 1;
  } finally {
    await Promise.all(pods.map((pod) => pod.stop()));
    await place.remove();
  }
}

/** Starts all pods. If one fails, ends the others and throws its error. */
async function startPods(): Promise<PodProcess[]> {
  const starts = await Promise.allSettled(
    DEMO_PODS.map(({ name, program }, index) => {
      const own = `127.0.0.${index + 2}`;
      return startPod(name, program, [`${own}:3000`, `${own}:0`, '127.0.0.1:0']);
    }),
  );
  const pods = starts.filter((start) => start.status === 'fulfilled').map(({ value }) => value);
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed === undefined) return pods;
  await Promise.all(pods.map((pod) => pod.stop()));
  throw failed.reason;
}

interface Started {
  readonly pods: readonly PodProcess[];
  readonly place: DemoFolder;
  /** Whether a signal has arrived that ends the demo, and so the pods. */
  readonly isEnding: () => boolean;
}

/** Serves requests, and prints the guide as soon as podway is ready. */
async function route(runtime: Runtime, { pods, place, isEnding }: Started): Promise<number> {
  const config = readConfig(runtime);
  if (!config) return UNUSABLE_EXIT_CODE;
  const facts = await guideFacts(config, place);
  const ended = new AbortController();
  for (const pod of pods) void reportDeath(pod, runtime, () => isEnding() || ended.signal.aborted);
  const showGuide = async (): Promise<void> => {
    if (await untilReady(`http://${facts.admin}/readyz`, ended.signal)) runtime.print(guide(facts));
  };
  const shown = showGuide();
  const code = await serve(runtime);
  ended.abort();
  await shown;
  return code;
}

/** The addresses and files that the guide names. Also writes its scripts. */
async function guideFacts(config: Config, { root, manifests, certificate }: DemoFolder): Promise<GuideFacts> {
  const { operatorPort, operatorAddress } = config;
  const router = `${urlHost(config.address)}:${config.port}`;
  const secure = { at: `${urlHost(config.address)}:${config.tlsPort}`, certificate };
  const scripts = { webSocket: join(root, 'websocket.sh'), grpc: join(root, 'grpc.sh') };
  await writeFile(scripts.webSocket, webSocketScript(router));
  await writeFile(scripts.grpc, grpcScript(secure));
  return {
    router,
    admin: `${urlHost(config.adminAddress)}:${config.adminPort}`,
    operator: operatorPort === 'none' ? undefined : `${urlHost(operatorAddress)}:${operatorPort}`,
    folder: manifests,
    secure,
    scripts,
  };
}

async function reportDeath(pod: PodProcess, { printError }: Runtime, isEnding: () => boolean): Promise<void> {
  const how = await pod.ended;
  if (isEnding()) return;
  printError(`podway demo: the pod ${pod.name} has ended (${how}); its manifest is still there`);
}

/** Resolves with true when the page answers 200, and with false when `ended` aborts before. */
async function untilReady(page: string, ended: AbortSignal): Promise<boolean> {
  while (!ended.aborted) {
    const ready = await fetch(page, { signal: ended }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return true;
    await sleep(READY_POLL_INTERVAL, undefined, { signal: ended }).catch(() => undefined);
  }
  return false;
}
