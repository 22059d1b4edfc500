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
  /** Closes the connection at once. */
  destroy(): void;
}

/**
 * Ends a connection. Returns undefined if it is closed at once: a client that is done (`isClientDone`) cannot be
 * sending bytes that the kernel would answer with a reset, so podway closes the connection once the kernel has all
 * bytes for it.
 */
export function endOf(connection: ClosingConnection, isClientDone: boolean): Linger | undefined {
  if (!isClientDone) return new Linger(connection);
  connection.writer.flush();
  if (!connection.writer.isSent) return new Linger(connection);
  connection.destroy();
  return undefined;
}

/**
 * The end of a client's connection: podway ends its side after everything written, and reads from the client for a
 * while. A client that is still sending must be able to read podway's answer before a reset discards it (RFC 9112
 * section 9.6).
 */
class Linger implements Running {
  deadline: number;
  readonly pending = 0;
  readonly #connection: ClosingConnection;

  constructor(connection: ClosingConnection) {
    const { clock, settings, waiting } = connection.needs;
    this.#connection = connection;
    this.deadline = clock.now + settings.clientIdleTimeout;
    waiting.kept.append(connection.place);
    connection.writer.end(() => {
      this.deadline = Math.min(this.deadline, clock.now + settings.lingerTimeout);
    });
  }

  expire(): void {
    const { needs, writer } = this.#connection;
    const { clientIdleTimeout } = needs.settings;
    if (writer.isMoving(clientIdleTimeout)) this.deadline = writer.idleDeadline(clientIdleTimeout);
    else this.#connection.destroy();
  }

  cut(): void {
    this.#connection.destroy();
  }

  drained(): void {
    // The writer calls back when everything is written.
  }

  ended(): void {
    // The close of the connection follows.
  }

  gone(): void {
    // No code waits for this end.
  }
}
