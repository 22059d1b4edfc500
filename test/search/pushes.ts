import assert from 'node:assert/strict';
import { loopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import type { OriginConnection, OriginRequest } from '../fixtures/origin.ts';

/**
 * Turns from a push to a request that can no longer cross it. Router, pod and clients of a scene share the event loop: what
 * one of them writes lies in the other's kernel queue at once, and is read no later than in the next turn. So in the first, the router reads the push and ends the
 * connection; the second is for a kernel that puts deliveries off.
 */
const CLEAR = 2;

interface Pushed {
  readonly turn: number;
  /** Index of the request of the connection after whose response it arrived. */
  readonly behind: number;
}

/**
 * Bytes that a pod pushed after complete responses, and when. A request that was written before the push was read crosses it
 * in transit, and HTTP/1.1 cannot distinguish the two (UF-33): its connection is out of sync from there on. Every
 * other request must go out on another connection.
 */
export class Pushes {
  readonly #writtenIn = new Map<string, number>();
  readonly #pushed = new Map<OriginConnection, Pushed>();

  get count(): number {
    return this.#pushed.size;
  }

  /** A client writes its request now. */
  asks(target: string): void {
    this.#writtenIn.set(target, loopTurn());
  }

  /** The pod pushes now, after its response to `request`; the first push of a connection decides. */
  pushes({ connection, target }: OriginRequest): void {
    if (this.#pushed.has(connection)) return;
    const behind = connection.requests.findIndex((it) => it.target === target);
    this.#pushed.set(connection, { turn: loopTurn(), behind });
  }

  /** Targets of the requests on connections after a push that crossed. Fails when a request did not cross it. */
  crossed(): Set<string> {
    const targets = new Set<string>();
    for (const [{ requests }, { turn, behind }] of this.#pushed) {
      const [next, ...later] = requests.slice(behind + 1);
      if (next === undefined) continue;
      const after = (this.#writtenIn.get(next.target) ?? Number.POSITIVE_INFINITY) - turn;
      assert.ok(after < CLEAR, `reused ${after} turns after a push: ${next.target}`);
      for (const { target } of [next, ...later]) targets.add(target);
    }
    return targets;
  }
}
