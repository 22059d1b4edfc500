import type { UpstreamConnection } from './upstream-connection.ts';

/** The idle connections to one endpoint, in the order in which they were released. */
export class IdleConnections {
  /** Connections released in an earlier turn of the event loop. */
  readonly #rested: UpstreamConnection[] = [];
  /**
   * Connections released in `#turn`. After a turn that answers hundreds of requests there are as many, and no request
   * should search them.
   */
  readonly #fresh: UpstreamConnection[] = [];
  #turn = -1;

  get length(): number {
    return this.#rested.length + this.#fresh.length;
  }

  /** The connection used longest ago. */
  get oldest(): UpstreamConnection | undefined {
    return this.#rested[0] ?? this.#fresh[0];
  }

  push(connection: UpstreamConnection, turn: number): void {
    this.#begin(turn);
    this.#fresh.push(connection);
  }

  /** Takes out the connection used last. `rested`: only one that was not released in this turn. */
  pop(turn: number, which: 'rested' | 'any'): UpstreamConnection | undefined {
    this.#begin(turn);
    return (which === 'any' ? this.#fresh.pop() : undefined) ?? this.#rested.pop();
  }

  /** Returns false if it is not among them. */
  remove(connection: UpstreamConnection): boolean {
    return removed(this.#rested, connection) || removed(this.#fresh, connection);
  }

  clear(): UpstreamConnection[] {
    return [...this.#rested.splice(0), ...this.#fresh.splice(0)];
  }

  #begin(turn: number): void {
    if (turn === this.#turn) return;
    this.#turn = turn;
    if (this.#fresh.length === 0) return;
    for (const connection of this.#fresh) this.#rested.push(connection);
    this.#fresh.length = 0;
  }
}

function removed(list: UpstreamConnection[], connection: UpstreamConnection): boolean {
  const at = list.indexOf(connection);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
