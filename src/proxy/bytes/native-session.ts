import type { Duplex, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Turns of the loop after which Node has freed the streams of a closed session, as far as it does not leave them to the collector. */
const TURNS = 4;

/** Collections, a turn apart, after which unreferenced streams are gone. */
const TRIES = 8;

/** Streams of sessions that wait for them to be collected. */
let left = 0;
/** What it is given of a session it keeps until the stream has been collected. */
const OUTLIVED = new FinalizationRegistry<object>(() => {
  left -= 1;
});

/** Node's own name for its native halves; the second use of something that it does not document. */
const NAME = 'kHandle';
let known: symbol | undefined;

/** The native half of a session or stream of node:http2; undefined where this Node has none there. */
function nativeOf(object: object): object | undefined {
  known ??= Object.getOwnPropertySymbols(object).find(({ description }) => description === NAME);
  return known === undefined ? undefined : (object as Record<symbol, object | undefined>)[known];
}

/**
 * The native half of an HTTP/2 session, kept until those of its streams are gone. A stream may hold fields that never were
 * complete: HEADERS without END_HEADERS, or trailers that break a rule. If the collector takes the session first, Node 26 aborts
 * the process (`current_nghttp2_memory_ == 0`), so any client or pod could end the router. Node frees streams some turns after their
 * end, but leaves to the collector those with a write on its way to the socket, and that has no order.
 */
export class NativeSession {
  /** Undefined at last: what Node holds of a session until its native half is gone leads here. */
  #native: object | undefined;

  constructor(session: object) {
    this.#native = nativeOf(session);
  }

  /** The peer has not ended the stream yet: it may leave half of a field section behind. */
  outlives(stream: Readable): void {
    const its = nativeOf(stream);
    if (its === undefined) return;
    let isWhole = false;
    // Node ends the readable side of a stream that it destroys, too.
    stream.once('end', () => {
      isWhole = !stream.destroyed;
    });
    stream.once('close', () => {
      if (isWhole || this.#native === undefined) return;
      left += 1;
      OUTLIVED.register(its, this.#native);
    });
  }

  /** Its socket is closed, so nothing more comes of it. */
  closed(): void {
    let turns = TURNS;
    const wait = (): void => {
      turns -= 1;
      if (turns > 0) setImmediate(wait);
      else this.#native = undefined;
    };
    setImmediate(wait);
  }
}

/**
 * Makes a session over a socket, which must have another listener for errors. After an error, a session ends before the
 * writes that it has on their way are cancelled: then it keeps them, they keep its streams, and these are never collected
 * before it. So it learns of the close only, which follows.
 */
export function withoutErrorListener<T>(socket: Duplex, make: () => T): T {
  const others = new Set(socket.listeners('error'));
  const session = make();
  for (const listener of socket.listeners('error'))
    if (!others.has(listener)) socket.off('error', listener as () => void);
  return session;
}

/** The end of a thread takes sessions first: what would abort the process is collected before. */
export async function collectStreams(): Promise<void> {
  if (left === 0) return;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let tries = TRIES; left > 0 && tries > 0; tries -= 1) {
    collect();
    await turn();
  }
}
