import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import type { Clock } from '../../src/cluster/clock.ts';
import { SourceError } from '../../src/cluster/source.ts';
import type { Admission, Grant } from '../../src/terminal/admission.ts';
import type { Audit } from '../../src/terminal/audit.ts';
import { PageFiles } from '../../src/terminal/page-files.ts';
import { Refusal } from '../../src/terminal/refusal.ts';
import { createTerminalServer } from '../../src/terminal/server.ts';
import type { Site } from '../../src/terminal/rules/same-origin.ts';
import { Terminals } from '../../src/terminal/terminals.ts';
import { TestClock } from '../cluster/test-clock.ts';

/** The only token that has rights in these tests. */
export const TOKEN = 'token-of-the-user';

/** The rights in a terminal without a cluster. */
export function grantFor(user: string): Grant {
  const load = () => {
    throw new SourceError('no cluster');
  };
  return {
    user,
    api: new ApiServer({ load, timeout: 1_000 }),
    request: {
      target: { namespace: 'default', pod: 'a', container: undefined },
      program: 'shell',
      readOnly: false,
      size: { columns: 80, rows: 24 },
    },
  };
}

/** Allows TOKEN to enter a pod that does not exist, on every review. */
const ANYTHING: Admission = {
  admit: async (token) => {
    if (token !== TOKEN) throw new Refusal('unauthorized', 'another token');
    return grantFor('alice');
  },
};

const NO_AUDIT: Audit = { began: () => undefined, ended: () => undefined, recordingStopped: () => undefined };

export interface ListenerOptions {
  readonly admission?: Admission;
  readonly sessions?: number;
  readonly perUser?: number;
  readonly clock?: Clock;
}

/** Terminals of the users that the admission admits. */
export function terminalsFor({
  admission = ANYTHING,
  sessions = 1_000,
  perUser = 1_000,
  clock = new TestClock(),
}: ListenerOptions = {}): Terminals {
  return new Terminals(
    admission,
    { sessions, perUser },
    {
      clock,
      limits: { idle: 900_000, most: 28_800_000 },
      audit: NO_AUDIT,
      recording: undefined,
      auditArgv: false,
    },
  );
}

/** The listener of terminals, without a cluster. */
export class TerminalListener {
  readonly terminals: Terminals;
  readonly #server: Server;

  private constructor(terminals: Terminals, server: Server) {
    this.terminals = terminals;
    this.#server = server;
  }

  static async start(options?: ListenerOptions): Promise<TerminalListener> {
    const terminals = terminalsFor(options);
    const site = (): Site => ({
      scheme: 'http',
      port: (server.address() as AddressInfo).port,
      hosts: new Set(),
    });
    const server = createTerminalServer({ terminals, files: await PageFiles.read('token'), site });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new TerminalListener(terminals, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
