import type { Running } from '../exchange/ends.ts';
import type { ClientWriter } from './client-writer.ts';
import type { Place } from './connection-queue.ts';
import type { ClientNeeds } from './needs.ts';
import type { IdleClient } from './waiting-connections.ts';

/** A client's connection that is being closed. */
export interface ClosingConnection {
  readonly needs: Pick<ClientNeeds, 'clock' | 'settings' | 'waiting'>;
  readonly writer: ClientWriter;
  readonly place: Place<IdleClient>;
  readonly closed: boolean;
  /** Ends at once. */
  destroy(): void;
}

/**
 * Ends a connection; undefined: at once. A client that is done (`isClientDone`) cannot be sending anything that a reset would answer, so
 * nothing of it is waited for once the kernel has all that it is to get.
 */
export function endOf(connection: ClosingConnection, isClientDone: boolean): Linger | undefined {
  if (!isClientDone) return new Linger(connection);
  connection.writer.flush();
  if (!connection.writer.isSent) return new Linger(connection);
  connection.destroy();
  return undefined;
}

/**
 * The end of a client's connection: our side ends after everything written, and the client is read for a while. One that is
 * still sending must be able to read our answer before a reset wipes it out (RFC 9112 section 9.6).
 */
class Linger implements Running {
  deadline: number;
  readonly pending = 0;
  readonly #connection: ClosingConnection;

  constructor(connection: ClosingConnection) {
    const { clock, settings, waiting } = connection.needs;
    this.#connection = connection;
    this.deadline = clock.now + settings.clientIdleTimeout;
    connection.writer.end(() => {
      this.deadline = Math.min(this.deadline, clock.now + settings.lingerTimeout);
      if (!connection.closed) waiting.kept.append(connection.place);
    });
  }

  expire(): void {
    const { needs, writer } = this.#connection;
    const { clientIdleTimeout } = needs.settings;
    if (writer.isMoving(clientIdleTimeout)) this.deadline = writer.givenUpAt(clientIdleTimeout);
    else this.#connection.destroy();
  }

  cut(): void {
    this.#connection.destroy();
  }

  drained(): void {
    // The writer knows, and calls back at the end.
  }

  ended(): void {
    // The close of the connection follows.
  }

  gone(): void {
    // Nothing waits for it.
  }
}
