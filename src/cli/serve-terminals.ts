import { once } from 'node:events';
import type { Server as TlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { serverOf } from '../cluster/api/kubeconfig.ts';
import { systemClock } from '../cluster/clock.ts';
import { SourceError } from '../cluster/source.ts';
import type { Config } from '../config/load.ts';
import { listenFailure } from '../boundary/listen-failure.ts';
import { TerminalCertificate } from '../control/terminal-certificate.ts';
import type { AuditFields, AuditLog } from '../telemetry/audit-log.ts';
import { concatenate } from '../telemetry/concatenate.ts';
import type { Logger } from '../telemetry/logger.ts';
import { TerminalMetrics } from '../telemetry/terminal-metrics.ts';
import type { Audit, AuditEnd, AuditSubject } from '../terminal/audit.ts';
import { PageFiles } from '../terminal/page-files.ts';
import { recordingOf } from '../terminal/recording.ts';
import type { Site } from '../terminal/rules/same-origin.ts';
import { createTerminalServer } from '../terminal/server.ts';
import { Terminals } from '../terminal/terminals.ts';
import { TokenAdmission } from '../terminal/token-admission.ts';
import { kubeconfigLoader } from './configured.ts';
import type { Runtime } from './runtime.ts';

/** The terminal listener of a running router. */
export interface ServedTerminals {
  /** Resolves when every terminal has ended, within DRAIN_TIMEOUT. */
  drain(): Promise<void>;
  close(): void;
  /** Appends the metrics of terminals to those of the router. */
  metrics(ofRouter: AsyncIterable<string>): AsyncIterable<string>;
}

/**
 * Listens at TERMINAL_PORT. Every user presents a token; terminals never use podway's own credentials.
 *
 * @throws SourceError when podway cannot listen, or cannot reach an API server by https
 */
export async function serveTerminals(
  config: Config,
  env: Runtime['env'],
  logger: Logger,
  auditLog: AuditLog | undefined,
): Promise<ServedTerminals> {
  const { terminalPort, terminalAddress: address } = config;
  const load = await kubeconfigLoader(config, env);
  if (!serverOf(load).startsWith('https:')) {
    // A proxy in front of such a server may send its own credentials; the server would then accept every token.
    throw new SourceError('TERMINAL_PORT: expected an API server with https, to which tokens can be sent');
  }
  const admission = new TokenAdmission({
    load,
    timeout: config.apiTimeout,
    programs: config.terminalCommands,
  });
  const terminals = new Terminals(
    admission,
    { sessions: config.terminalSessions, perUser: config.terminalPerUser },
    {
      clock: systemClock,
      limits: { idle: config.terminalIdle, most: config.terminalMax },
      audit: auditTo(logger, auditLog),
      recording: recordingOf(config),
      auditArgv: config.auditArgv === 'on',
    },
  );
  const isTls = config.terminalCertificate !== '';
  const site: Site = {
    scheme: isTls ? 'https' : 'http',
    port: undefined,
    hosts: new Set(config.terminalOrigins.map((origin) => new URL(origin).host)),
  };
  const server = createTerminalServer({
    terminals,
    files: await PageFiles.read('token'),
    site: () => site,
    ...(isTls && { tls: tlsOptions(config), hsts: config.hsts }),
  });
  const port = Number(terminalPort);
  try {
    await once(server.listen(port, address), 'listening');
  } catch (error) {
    const place = { setting: 'TERMINAL_PORT', address, port };
    throw new SourceError(listenFailure(place, error as NodeJS.ErrnoException), { cause: error });
  }
  // Without free descriptors, accept() fails, and works again later.
  server.on('error', () => undefined);
  const following = new AbortController();
  if (isTls) void followCertificate(server as TlsServer, { config, logger }, following.signal);
  const metrics = new TerminalMetrics(() => terminals.figures());
  return {
    drain: () => terminals.drain(config.drainTimeout),
    close: () => {
      following.abort();
      server.close();
      server.closeAllConnections();
    },
    metrics: (ofRouter) => concatenate(ofRouter, metrics.render()),
  };
}

function tlsOptions({ tlsMinVersion, tlsCiphers, tlsHandshakeTimeout }: Config): TlsOptions {
  return { minVersion: `TLSv${tlsMinVersion}`, ciphers: tlsCiphers, handshakeTimeout: tlsHandshakeTimeout };
}

/** Replaces the certificate of new handshakes whenever the folder has another one. */
async function followCertificate(
  server: TlsServer,
  { config, logger }: { readonly config: Config; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { minVersion, ciphers } = tlsOptions(config);
  const certificate = new TerminalCertificate({
    config,
    clock: systemClock,
    logger,
    use: (pairs) => {
      const [key, cert] = [pairs.map((it) => it.key), pairs.map((it) => it.chain)];
      server.setSecureContext({ minVersion, ciphers, key, cert });
    },
  });
  await certificate.run(signal);
}

/** Logs who enters which container, regardless of LOG_LEVEL, and writes it to the audit log if there is one. */
function auditTo(logger: Logger, auditLog: AuditLog | undefined): Audit {
  const log = logger.child({}, { level: 'info' });
  return {
    began: (subject) => {
      log.info(fields(subject), 'terminal began');
      auditLog?.terminal('began', auditFields(subject));
    },
    ended: (subject, end) => {
      log.info({ ...fields(subject), ...end }, 'terminal ended');
      auditLog?.terminal('ended', { ...auditFields(subject), ...endFields(end) });
    },
    refused: (reason, client) => auditLog?.terminalRefused(reason, client),
    recordingStopped: (subject, why) => {
      log.warn({ ...fields(subject), why }, 'recording of a terminal ended');
      auditLog?.terminal('recording ended', { ...auditFields(subject), detail: why });
    },
  };
}

function auditFields({ readOnly, ...subject }: AuditSubject): AuditFields {
  return { ...subject, read_only: readOnly };
}

function endFields({
  reason,
  detail,
  exitCode,
  duration,
  output,
  input,
  refusedMessages,
}: AuditEnd): AuditFields {
  return {
    reason,
    detail,
    exit_code: exitCode,
    duration: duration / 1_000,
    bytes_output: output,
    bytes_input: input,
    refused_messages: refusedMessages,
  };
}

function fields({ command, container, user, ...subject }: AuditSubject): object {
  return {
    ...subject,
    ...(user !== undefined && { user }),
    ...(container !== undefined && { container }),
    ...(command !== undefined && { command }),
  };
}
