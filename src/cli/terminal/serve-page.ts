import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../cluster/clock.ts';
import type { Config } from '../../config/load.ts';
import type { Audit, AuditEnd } from '../../terminal/audit.ts';
import { LinkAdmission } from '../../terminal/link-admission.ts';
import { PageFiles } from '../../terminal/page-files.ts';
import { missingPermission } from '../../terminal/permission.ts';
import { recordingOf } from '../../terminal/recording.ts';
import type { SessionRequest } from '../../terminal/rules/session-request.ts';
import { newSecret } from '../../terminal/rules/tickets.ts';
import { createTerminalServer } from '../../terminal/server.ts';
import { Terminals } from '../../terminal/terminals.ts';
import type { Runtime } from '../runtime.ts';
import { findContainer, type FoundContainer } from '../session/find-container.ts';
import type { Interruption } from '../session/interruption.ts';
import { OWN_FAILURE } from '../session/run-session.ts';
import { SessionError } from '../session/session-error.ts';
import { browserCommand, openBrowser } from './open-browser.ts';
import type { TerminalArguments } from './terminal-arguments.ts';

/** Lifetime of a link that no page has used, in milliseconds. */
const LINK_LIFETIME = 600_000;
/** Exit code of a process whose terminal was closed: 128 plus the number of SIGHUP. */
const SIGHUP_EXIT_CODE = 129;
const LOOPBACK = '127.0.0.1';

export interface PageContext {
  readonly config: Config;
  readonly runtime: Runtime;
  /** Writes a line for the user to stderr. */
  readonly printError: (text: string) => void;
}

/**
 * Serves the page of one terminal on loopback until it ends. Resolves with the exit code.
 *
 * @throws ApiFailure, SourceError, SessionError
 */
export async function servePage(
  args: TerminalArguments,
  context: PageContext,
  interruption: Interruption,
): Promise<number> {
  const { config, runtime, printError } = context;
  const { signal } = interruption;
  const found = await findContainer(args, { env: runtime.env, printError }, signal);
  const request = await permitted(found, args, signal);
  const secret = newSecret();
  const admission = new LinkAdmission(secret, { user: undefined, api: found.api, request });
  const terminals = new Terminals(
    admission,
    { sessions: 1, perUser: 1 },
    {
      clock: systemClock,
      limits: { idle: config.terminalIdle, most: config.terminalMax },
      audit: audit(printError),
      recording: recordingOf(config),
      auditArgv: false,
    },
  );
  const entered = Promise.withResolvers<Promise<AuditEnd>>();
  const server = createTerminalServer({
    terminals,
    files: await PageFiles.read('link'),
    site: () => ({ scheme: 'http', port: portOf(server), hosts: new Set() }),
    entered: ({ ended }) => entered.resolve(ended),
  });
  await once(server.listen(0, LOOPBACK), 'listening');
  const link = `http://${LOOPBACK}:${portOf(server)}/#${secret}`;
  const close = await show(link, args, context);
  try {
    const end = await endOf(entered.promise, { terminals, interruption });
    if (end === undefined && interruption.code === undefined) printError('the link was not opened in time');
    return interruption.code ?? (end === undefined ? OWN_FAILURE : exitCodeOf(end));
  } finally {
    await close();
    server.close();
    server.closeAllConnections();
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** The request that the page will send. @throws SessionError when the user may not do that, ApiFailure */
async function permitted(
  { api, target }: FoundContainer,
  { program, readOnly }: TerminalArguments,
  signal: AbortSignal,
): Promise<SessionRequest> {
  const request = { target, program, readOnly, size: { columns: 80, rows: 24 } };
  const session = await api.open(signal);
  try {
    const missing = await missingPermission(session, request);
    if (missing !== undefined) throw new SessionError(missing);
    return request;
  } finally {
    session.close();
  }
}

/** Prints the link, and opens it in a browser if possible. Resolves with a function that cleans up. */
async function show(
  link: string,
  { open }: TerminalArguments,
  context: PageContext,
): Promise<() => Promise<void>> {
  const { runtime, printError } = context;
  const command = open ? browserCommand(runtime.env) : undefined;
  const minutes = LINK_LIFETIME / 60_000;
  if (command === undefined)
    printError(
      `open this link in a browser within ${minutes} minutes; it works once, and Ctrl-C ends podway`,
    );
  runtime.print(`${link}\n`);
  if (command === undefined) return async () => undefined;
  return openBrowser(command, link, runtime.env);
}

interface Waiting {
  readonly terminals: Terminals;
  readonly interruption: Interruption;
}

/** Resolves with how the terminal ended; undefined: no page opened one. */
async function endOf(
  entered: Promise<Promise<AuditEnd>>,
  { terminals, interruption }: Waiting,
): Promise<AuditEnd | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = systemClock.alarm(LINK_LIFETIME, () => late.resolve(undefined));
  // The deadline is for opening the page only.
  void entered.then(cancel);
  const ended = entered.then((end) => end);
  const interrupted = interruption.came.then(() => undefined);
  const end = await Promise.race([ended, late.promise, interrupted]);
  cancel();
  if (end === undefined) await terminals.drain(0);
  return end;
}

function exitCodeOf({ reason, exitCode }: AuditEnd): number {
  if (exitCode !== undefined) return exitCode;
  return reason === 'page-left' ? SIGHUP_EXIT_CODE : OWN_FAILURE;
}

function audit(printError: (text: string) => void): Audit {
  return {
    began: ({ namespace, pod }) => printError(`the page is open: ${namespace}/${pod}`),
    ended: (_, { reason, detail }) => {
      if (reason !== 'exited') printError(detail);
    },
    recordingStopped: (_, why) => printError(`the recording has ended: ${why}`),
  };
}
