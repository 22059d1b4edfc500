import { once } from 'node:events';
import { hostname } from 'node:os';
import type { ReadinessInput } from '../admin/readiness.ts';
import type { Config } from '../config/load.ts';
import { isLoopback } from '../config/loopback.ts';
import { operatorConnections } from '../config/operator.ts';
import { workerSettings } from '../config/worker-settings.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { listenFailure } from '../boundary/listen-failure.ts';
import { readPageFiles } from '../operator/page-files.ts';
import { operatorPages } from '../operator/pages.ts';
import type { DashboardSubject } from '../operator/dashboard/router-state.ts';
import { createOperatorServer } from '../operator/server.ts';
import { OperatorToken } from '../operator/token.ts';
import type { AuditLog } from '../telemetry/audit-log.ts';
import type { Logger } from '../telemetry/logger.ts';
import { openDescriptors } from '../telemetry/open-descriptors.ts';
import type { Runtime } from './runtime.ts';

/** The operator listener of a running router. */
export interface ServedOperator {
  close(): void;
}

interface OperatorParts {
  readonly config: Config;
  readonly runtime: Pick<Runtime, 'machine' | 'memory' | 'version'>;
  readonly control: ControlPlane;
  readonly logger: Logger;
  readonly audit: AuditLog | undefined;
  readonly readiness: () => ReadinessInput;
}

/** One line for the user if OPERATOR_TOKEN_FILE cannot be used. Undefined if it can, or is not set. */
export async function operatorTokenProblem({
  operatorPort,
  operatorTokenFile,
}: Config): Promise<string | undefined> {
  if (operatorPort === 'none' || operatorTokenFile === '') return undefined;
  return await new OperatorToken(operatorTokenFile).problem();
}

/** The files of the dashboard. Without them podway still routes and serves the other pages. */
async function pageFiles(logger: Logger): Promise<Awaited<ReturnType<typeof readPageFiles>>> {
  try {
    return await readPageFiles();
  } catch (error) {
    logger.error({ err: error }, 'the dashboard is not available');
    return {};
  }
}

/** Listens at OPERATOR_PORT. If that fails, podway logs the failure and routes requests nevertheless. */
export async function serveOperator(parts: OperatorParts): Promise<ServedOperator> {
  const { config, control, logger, audit } = parts;
  const onError = (error: unknown) => logger.error({ err: error }, 'an operator page failed');
  const { operatorPort: port, operatorAddress: address, operatorTokenFile } = config;
  if (port === 'none') return { close: () => undefined };
  const subject = {
    version: parts.runtime.version,
    overview: () => control.overview(),
    questions: control.workers.questions,
    workers: () => control.workers.states(),
    apiKeyHeader: config.apiKeyHeader,
    history: control.history,
    dashboard: dashboardSubject(parts),
    onError,
  };
  const pages = operatorPages(subject, await pageFiles(logger));
  const server = createOperatorServer(pages, {
    access: {
      hosts: new Set(config.operatorHosts),
      scope: isLoopback(address) ? 'machine' : 'cluster',
      token: operatorTokenFile === '' ? undefined : new OperatorToken(operatorTokenFile),
    },
    streams: config.operatorStreams,
    connections: operatorConnections(config),
    onError,
    audited: audit && ((asked) => audit.question('operator', asked)),
  });
  try {
    server.listen({ port, host: address });
    await once(server, 'listening');
    // Without free descriptors, accept() fails, and works again later; routing does not depend on this listener.
    server.on('error', () => undefined);
    logger.info({ operator: server.address() }, 'operator listener');
  } catch (error) {
    const place = { setting: 'OPERATOR_PORT', address, port };
    logger.error({ failure: listenFailure(place, error as NodeJS.ErrnoException) }, 'no operator listener');
  }
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function dashboardSubject({ config, runtime, control, readiness }: OperatorParts): DashboardSubject {
  const { machine, memory, version } = runtime;
  const { workers, maxConnections, maxInFlight } = workerSettings(config, machine, '');
  return {
    version,
    name: hostname(),
    apiKeyHeader: config.apiKeyHeader,
    startedAt: Math.round(performance.timeOrigin),
    insight: control.insight(),
    readiness,
    memory,
    limits: {
      descriptors: machine.openFiles,
      connections: maxConnections * workers,
      'in-flight': maxInFlight * workers,
      memory: machine.memory,
    },
    descriptors: openDescriptors,
    now: () => performance.now(),
  };
}
