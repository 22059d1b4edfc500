import assert from 'node:assert/strict';
import { loopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import type { OriginConnection, OriginRequest } from '../fixtures/origin.ts';

/**
 * From this many turns after a push on, a request can no longer cross the push. Router, pod and clients share the event loop: what one
 * of them writes is at once in the kernel queue of the other, which reads it in the next turn at the latest. So the router reads the push
 * and closes the connection in the first turn. The second turn is for a kernel that delays delivery.
 */
const MAX_CROSSING_TURNS = 2;

interface Pushed {
  readonly turn: number;
  /** Index of the request on the connection after whose response the push arrived. */
  readonly requestIndex: number;
}

/**
 * The bytes that a pod pushed after complete responses, and when. A request that was written before the router read the push crosses it
 * in transit. HTTP/1.1 cannot distinguish the two (UF-33), so from there on the connection is out of sync. Every other request must go
 * out on another connection.
 */
export class Pushes {
  readonly #requestTurns = new Map<string, number>();
  readonly #pushed = new Map<OriginConnection, Pushed>();

  get count(): number {
    return this.#pushed.size;
  }

  /** Called when a client writes its request. */
  recordRequest(target: string): void {
    this.#requestTurns.set(target, loopTurn());
  }

  /** Called when the pod pushes, after its response to `request`. Only the first push on a connection counts. */
  recordPush({ connection, target }: OriginRequest): void {
    if (this.#pushed.has(connection)) return;
    const requestIndex = connection.requests.findIndex((it) => it.target === target);
    this.#pushed.set(connection, { turn: loopTurn(), requestIndex });
  }

  /** Targets of the requests that followed a crossing push on its connection. Fails if a request did not cross the push. */
  crossedTargets(): Set<string> {
    const targets = new Set<string>();
    for (const [{ requests }, { turn, requestIndex }] of this.#pushed) {
      const [next, ...later] = requests.slice(requestIndex + 1);
      if (next === undefined) continue;
      const after = (this.#requestTurns.get(next.target) ?? Number.POSITIVE_INFINITY) - turn;
      assert.ok(after < MAX_CROSSING_TURNS, `reused ${after} turns after a push: ${next.target}`);
      for (const { target } of [next, ...later]) targets.add(target);
    }
    return targets;
  }
}
