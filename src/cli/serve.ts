import { once } from 'node:events';
import type { Server } from 'node:http';
import { adminPages, type AdminSubject } from '../admin/pages.ts';
import type { ReadinessInput } from '../admin/readiness.ts';
import { createAdminServer } from '../admin/server.ts';
import type { GateWriter } from '../cluster/gates/gate-writer.ts';
import type { EventWriter } from '../cluster/events/event-writer.ts';
import { type ClusterSource, SourceError } from '../cluster/source.ts';
import type { Config } from '../config/load.ts';
import { localRules } from '../config/local.ts';
import { ClientCa } from '../control/client-ca.ts';
import { ControlPlane } from '../control/control-plane.ts';
import { listenFailure } from '../boundary/listen-failure.ts';
import { unusablePlace } from '../control/certificate-places.ts';
import type { Observer } from '../control/observer.ts';
import { Shutdown } from '../control/shutdown.ts';
import { TicketKeys } from '../control/ticket-keys.ts';
import { startWorker } from '../control/worker-thread.ts';
import type { ListedRoute } from '../inventory/inventory.ts';
import { AuditLog } from '../telemetry/audit-log.ts';
import { concatenate } from '../telemetry/concatenate.ts';
import { type Log, openLog } from '../telemetry/logger.ts';
import { configuredEvents, configuredGates, configuredSource, readConfig } from './configured.ts';
import { urlHost } from './demo/listen-address.ts';
import { portProblems } from './port-problems.ts';
import type { Runtime } from './runtime.ts';
import { operatorTokenProblem, serveOperator } from './serve-operator.ts';
import type { ServedTerminals } from './serve-terminals.ts';
import type { ServedTraces } from './serve-traces.ts';
import { warnOf } from './serve-warnings.ts';

/** Exit code for wrong settings and for a port that cannot be used: failures that a restart does not end. */
const UNUSABLE_EXIT_CODE = 2;

/** The state of a running router, for observers. */
export interface Served {
  readiness(): ReadinessInput;
  /** The routes that every worker serves. Undefined until all workers have the newest table and it is complete. */
  routes(): readonly ListedRoute[] | undefined;
}

/**
 * `podway serve`. Routes requests until a signal or a fault ends the process. Resolves with the exit code.
 *
 * @param observe returns the observer of the router's events
 */
export async function serve(runtime: Runtime, observe?: (served: Served) => Observer): Promise<number> {
  const config = readConfig(runtime);
  if (!config) return UNUSABLE_EXIT_CODE;
  const unusable = unusablePlace(config) ?? (await operatorTokenProblem(config));
  if (unusable !== undefined) {
    runtime.printError(`podway: ${unusable}`);
    return UNUSABLE_EXIT_CODE;
  }
  const refusedPorts = await portProblems(config, runtime.machine);
  if (refusedPorts.length > 0) {
    runtime.printError(...refusedPorts.map((it) => `podway: ${it}`));
    return UNUSABLE_EXIT_CODE;
  }
  const { env } = runtime;
  const source = await openOrPrintError(() => configuredSource(config, env), runtime);
  if (!source) return UNUSABLE_EXIT_CODE;
  const clientCa = new ClientCa(config);
  const refused = await clientCa.start();
  if (refused !== undefined) {
    runtime.printError(`podway: ${refused}`);
    return UNUSABLE_EXIT_CODE;
  }
  const { terminal, fd } = runtime.stdout;
  const log = openLog(fd, { level: config.logLevel, terminal });
  const audit = openAudit(config, log);
  const terminals = await openOrPrintError(() => openTerminals(config, env, log, audit), runtime);
  if (!terminals) return UNUSABLE_EXIT_CODE;
  const events = await configuredEvents(config, env);
  const gates = await configuredGates(config, env);
  const traces = await openTraces(config, runtime.version, log);
  const parts = { config, source, events, gates, terminals, traces, log, audit, clientCa, observe };
  const code = await run(runtime, parts);
  await traces.close();
  terminals.close();
  log.flush();
  return code;
}

function openAudit({ auditLog }: Config, { line }: Log): AuditLog | undefined {
  return auditLog === 'json' ? new AuditLog({ write: line, now: () => Date.now() }) : undefined;
}

async function openTerminals(
  config: Config,
  env: Runtime['env'],
  { logger }: Log,
  audit: AuditLog | undefined,
): Promise<ServedTerminals> {
  if (config.terminalPort === 'none') return NO_TERMINALS;
  const { serveTerminals } = await import('./serve-terminals.ts');
  return serveTerminals(config, env, logger, audit);
}

async function openTraces(config: Config, version: string, log: Log): Promise<ServedTraces> {
  if (config.traces === 'off') return NO_TRACES;
  const { serveTraces } = await import('./serve-traces.ts');
  return serveTraces(config, version, log);
}

async function openOrPrintError<T>(open: () => Promise<T>, { printError }: Runtime): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    printError(`podway: ${error.message}`);
    return undefined;
  }
}

interface Parts {
  readonly config: Config;
  readonly source: ClusterSource;
  readonly events: EventWriter | undefined;
  readonly gates: GateWriter | undefined;
  readonly terminals: ServedTerminals;
  readonly traces: ServedTraces;
  readonly log: Log;
  readonly audit: AuditLog | undefined;
  readonly clientCa: ClientCa;
  readonly observe: ((served: Served) => Observer) | undefined;
}

const NO_TERMINALS: ServedTerminals = {
  drain: async () => undefined,
  close: () => undefined,
  metrics: (text) => text,
};

const NO_TRACES: ServedTraces = {
  take: undefined,
  close: async () => undefined,
  metrics: (text) => text,
};

async function run(runtime: Runtime, parts: Parts): Promise<number> {
  const { config, source, events, gates, terminals, traces, log, clientCa, observe } = parts;
  const { logger } = log;
  const { version, machine } = runtime;
  const exit = Promise.withResolvers<number>();
  const control: ControlPlane = new ControlPlane({
    config,
    machine,
    version,
    source,
    events,
    gates,
    log,
    spans: traces.take,
    clientCa,
    startWorker,
    observer: observe?.({
      readiness: () => readiness(),
      routes: () => control.served(),
    }),
    fatal: ({ reason, message }) => {
      runtime.printError(`podway: ${message}`);
      shutdown.fail(reason === 'listen-failed' ? UNUSABLE_EXIT_CODE : 1);
    },
  });
  const readiness = () => ({ ...control.readiness(), draining: shutdown.draining });
  const shutdown: Shutdown = new Shutdown({
    logger,
    drainDelay: config.drainDelay,
    serving: () => control.readiness().syncedRevision !== undefined,
    leave: () => {
      control.gates?.leave();
      control.workers.announce({ type: 'leave' });
    },
    drain: (maxDrain) => drainAll(control, terminals, maxDrain),
    exit: exit.resolve,
  });
  handleSignals(runtime, shutdown, log);

  const unusable = await startTickets(config, log, control);
  if (unusable !== undefined) {
    runtime.printError(`podway: ${unusable}`);
    return UNUSABLE_EXIT_CODE;
  }
  const admin = adminOf(control, { version, readiness }, parts);
  const refused = await listen(admin, config);
  if (refused !== undefined) {
    runtime.printError(`podway: ${refused}`);
    return UNUSABLE_EXIT_CODE;
  }

  logger.info({ version, source: source.describe(), admin: admin.address() }, 'starting');
  warnOf(config, runtime, logger);
  control.workers.start();
  const following = new AbortController();
  control.follow(following.signal).catch((error: unknown) => {
    if (!(error instanceof SourceError)) return shutdown.fault(error);
    runtime.printError(`podway: ${error.message}`);
    shutdown.fail(UNUSABLE_EXIT_CODE);
  });
  const operator = await serveOperator({ config, runtime, control, logger, audit: parts.audit, readiness });
  const code = await exit.promise;
  operator.close();
  following.abort();
  admin.close();
  admin.closeAllConnections();
  return code;
}

/** The admin server, not listening yet. */
function adminOf(
  control: ControlPlane,
  router: Pick<AdminSubject, 'version' | 'readiness'>,
  parts: Parts,
): Server {
  const { config, log, audit } = parts;
  const local = localRules(config);
  const subject = {
    ...router,
    metrics: () => allMetrics(control, parts),
    overview: () => control.overview(),
    routes: config.adminRoutes,
    proxy: local.hostSuffix === '' ? undefined : `${urlHost(config.address)}:${config.port}`,
  };
  const failed = (error: unknown) => log.logger.error({ err: error }, 'an admin page failed');
  return createAdminServer(adminPages(subject), failed, {
    hosts: new Set(config.adminHosts),
    isLocal: local.allowedOrigins !== 'any',
    audited:
      audit &&
      ((path, answered) => audit.question('admin', { stage: 'answered', path, about: {}, ...answered })),
  });
}

async function drainAll(
  { workers, gates }: ControlPlane,
  terminals: ServedTerminals,
  maxDrain: number,
): Promise<number> {
  // After a fault `leave` was not called.
  gates?.leave();
  const [cut] = await Promise.all([workers.drain(maxDrain), terminals.drain()]);
  return cut;
}

async function allMetrics(control: ControlPlane, { terminals, traces, audit }: Parts) {
  const { contentType, text } = await control.metrics();
  const ofRouter = traces.metrics(terminals.metrics(text));
  return { contentType, text: audit === undefined ? ofRouter : concatenate(ofRouter, audit.metrics()) };
}

/** Handles signals, most of which would end the process by default. */
function handleSignals({ onSignal, onFault }: Runtime, shutdown: Shutdown, { logger }: Log): void {
  onSignal('SIGTERM', () => shutdown.signal('SIGTERM'));
  onSignal('SIGINT', () => shutdown.signal('SIGINT'));
  // By default Node opens the inspector's port on SIGUSR1.
  for (const signal of ['SIGHUP', 'SIGPIPE', 'SIGUSR1', 'SIGUSR2'] as const) {
    onSignal(signal, () => logger.info({ signal }, 'ignored'));
  }
  onFault((error) => shutdown.fault(error));
}

/** Starts to follow TLS_TICKET_SECRET_FILE. Returns one line for the user if that fails, otherwise undefined. */
async function startTickets(
  config: Config,
  { logger }: Log,
  control: ControlPlane,
): Promise<string | undefined> {
  if (config.tlsPort === 'none') return undefined;
  const changed = (key: Uint8Array) => control.workers.announce({ type: 'ticket-key', key });
  return await new TicketKeys({ file: config.tlsTicketSecretFile, logger, changed }).start();
}

/** Listens at ADMIN_PORT. Returns one line for the user if that fails, otherwise undefined. */
async function listen(admin: Server, { adminAddress, adminPort }: Config): Promise<string | undefined> {
  try {
    admin.listen({ port: adminPort, ...(adminAddress !== '' && { host: adminAddress }) });
    await once(admin, 'listening');
    // Without free descriptors, accept() fails, and works again later; routing does not depend on this listener.
    admin.on('error', () => undefined);
    return undefined;
  } catch (error) {
    const place = { setting: 'ADMIN_PORT', address: adminAddress, port: adminPort };
    return listenFailure(place, error as NodeJS.ErrnoException);
  }
}
