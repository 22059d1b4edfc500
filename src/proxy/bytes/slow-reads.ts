import { performance } from 'node:perf_hooks';
import { type Deferred, loopTurn, type LoopTurn } from './loop-turn.ts';

/** podway processes fewer bytes in a moment, whatever they are. */
const MIN_SIZE = 16_384;
/** Milliseconds in one turn of the event loop. Plain bytes of a body take a twentieth of this time for one read. */
const MAX_TIME = 1;

/**
 * Stops the reads from one pod for the rest of a turn of the event loop when their processing has taken long in this turn. libuv reads a socket up
 * to 32 times in a turn. A pod that sends chunks or frames of one byte would delay all other requests of the worker by half a second.
 */
export class SlowReads implements Deferred {
  readonly #turn: Pick<LoopTurn, 'atEnd'>;
  readonly #resume: () => void;
  #began = 0;
  /** The turn in which the last read was processed, and milliseconds that reads have taken in it. */
  #in = -1;
  #spent = 0;
  /** `flush` will be called at the end of the turn. */
  #isResting = false;

  /** `resume` is called at the end of the turn. */
  constructor(turn: Pick<LoopTurn, 'atEnd'>, resume: () => void) {
    this.#turn = turn;
    this.#resume = resume;
  }

  /** The processing of a read of this many bytes begins. */
  begin(size: number): void {
    this.#began = size < MIN_SIZE ? 0 : performance.now();
  }

  /** The read is processed. True: podway must not read until `resume` is called. */
  end(): boolean {
    if (this.#began === 0) return false;
    const turn = loopTurn();
    if (turn !== this.#in) this.#spent = 0;
    this.#in = turn;
    this.#spent += performance.now() - this.#began;
    if (this.#spent <= MAX_TIME) return false;
    if (!this.#isResting) {
      this.#isResting = true;
      this.#turn.atEnd(this);
    }
    return true;
  }

  flush(): void {
    this.#isResting = false;
    this.#resume();
  }
}
