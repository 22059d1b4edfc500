import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from './configured.ts';
import { type PodProcess, startPod } from './demo/children.ts';
import { guide } from './demo/guide.ts';
import { LOOPBACK, urlHost } from './demo/listen-address.ts';
import { DEMO_PODS, writeManifests } from './demo/manifests.ts';
import { selfSigned } from './demo/self-signed.ts';
import type { Runtime } from './runtime.ts';
import { serve } from './serve.ts';

/** Weaker than what the environment says. A drain of seconds would only puzzle who presses Ctrl-C. */
const DEFAULTS = {
  ...LOOPBACK,
  PORT: '8080',
  TLS_PORT: '8443',
  ADMIN_PORT: '9090',
  DRAIN_DELAY: '0',
  DRAIN_TIMEOUT: '1s',
  LOG_LEVEL: 'warn',
  // Its two namespaces share a host to show keys.
  HOST_GRANTS: 'off',
};

/** Stronger than what the environment says: the demo's manifests speak the default names. */
const FIXED = {
  HOSTS_ANNOTATION: '',
  PATHS_ANNOTATION: '',
  ROUTABLE_LABEL_SELECTOR: '',
  API_KEY_HEADER: '',
  API_KEY_SECRET_LOCATION: '',
  WATCH_NAMESPACE: '',
};

const READY_POLL = 50;

/**
 * Starts the pods as processes, writes their manifests into MANIFESTS (a new temporary folder when unset), and routes
 * to them until a signal ends it; then the pods end too. Resolves with the exit code.
 */
export async function demo(runtime: Runtime): Promise<number> {
  const given = Object.entries(runtime.env).filter(([, value]) => value !== undefined && value !== '');
  const env: Record<string, string | undefined> = { ...DEFAULTS, ...Object.fromEntries(given), ...FIXED };
  const config = readConfig({ ...runtime, env });
  if (!config) return 2;
  runtime.print('Starting four pods and a router ...\n');
  const folder = await manifestFolder(env['MANIFESTS']);
  const certificates = await certificateFolder(env['TLS_CERTIFICATES'], config.address);
  const pods: PodProcess[] = [];
  try {
    pods.push(...(await startPods()));
    await writeManifests(folder.path, pods, urlHost(config.address));
    const folders = { MANIFESTS: folder.path, TLS_CERTIFICATES: certificates.path };
    return await route({ ...runtime, env: { ...env, ...folders } }, pods, certificates.own);
  } catch (error) {
    runtime.complain(`podway demo: ${(error as Error).message}`);
    return 1;
  } finally {
    await Promise.all(pods.map((pod) => pod.stop()));
    await folder.remove();
    await certificates.remove();
  }
}

async function manifestFolder(given: string | undefined) {
  if (given === undefined) {
    const path = await mkdtemp(join(tmpdir(), 'podway-demo-'));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  }
  const path = resolve(given);
  await mkdir(path, { recursive: true });
  return { path, remove: () => Promise.resolve() };
}

/** The folder given, or one with a certificate of our own. */
async function certificateFolder(given: string | undefined, address: string) {
  if (given !== undefined) return { path: given, own: undefined, remove: () => Promise.resolve() };
  const path = await mkdtemp(join(tmpdir(), 'podway-demo-'));
  const own = join(path, 'default.crt');
  const names = new Set([
    'localhost',
    ...DEMO_PODS.map(({ hosts }) => hosts),
    '127.0.0.1',
    ...addressOf(address),
  ]);
  const { certificate, key } = selfSigned([...names]);
  await writeFile(own, certificate);
  await writeFile(join(path, 'default.key'), key, { mode: 0o600 });
  return { path, own, remove: () => rm(path, { recursive: true, force: true }) };
}

/** As a certificate can name it. */
function addressOf(address: string): string[] {
  return address === '' || address.includes('%') ? [] : [address];
}

/** All of them, or none. */
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

/** Serves, and says what to try as soon as requests are routed. */
async function route(
  runtime: Runtime,
  pods: readonly PodProcess[],
  certificate: string | undefined,
): Promise<number> {
  const config = readConfig(runtime);
  if (!config) return 2;
  const ended = new AbortController();
  for (const pod of pods) void reportDeath(pod, runtime, ended.signal);
  const router = `${urlHost(config.address)}:${config.port}`;
  const admin = `${urlHost(config.adminAddress)}:${config.adminPort}`;
  const { operatorPort, operatorAddress } = config;
  const operator = operatorPort === 'none' ? undefined : `${urlHost(operatorAddress)}:${operatorPort}`;
  const showGuide = async (): Promise<void> => {
    if (!(await untilReady(`http://${admin}/readyz`, ended.signal))) return;
    const secure = { at: `${urlHost(config.address)}:${config.tlsPort}`, certificate };
    runtime.print(guide({ router, admin, operator, folder: config.manifests, secure, pods }));
  };
  const shown = showGuide();
  const code = await serve(runtime);
  ended.abort();
  await shown;
  return code;
}

async function reportDeath(pod: PodProcess, { complain }: Runtime, ended: AbortSignal): Promise<void> {
  const how = await pod.ended;
  if (ended.aborted) return;
  complain(`podway demo: the pod ${pod.name} has ended (${how}); its manifest is still there`);
}

/** True once the page answers 200, false when `ended` comes first. */
async function untilReady(page: string, ended: AbortSignal): Promise<boolean> {
  while (!ended.aborted) {
    const ready = await fetch(page, { signal: ended }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return true;
    await sleep(READY_POLL, undefined, { signal: ended }).catch(() => undefined);
  }
  return false;
}
