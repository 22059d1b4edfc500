import { open, Refusal } from './ask.js';
import { EventReader } from './event-reader.js';

/** Milliseconds before the first attempt after the end of a stream. */
const FIRST_PAUSE = 1_000;
/** Maximum milliseconds before an attempt. */
const MAX_PAUSE = 15_000;
/** Milliseconds without data after which a stream counts as broken. The router sends data at least every 15 s. */
const SILENCE = 20_000;

/**
 * @typedef {{ kind: 'connecting' } | { kind: 'open' } | { kind: 'stopped' }
 *   | { kind: 'waiting', retryAt: number, why: string } | { kind: 'refused', why: string }} StreamStatus
 * `refused`: a token is needed
 *
 * @typedef {object} Listener
 * @property {(name: string, data: any) => void} event
 * @property {(status: StreamStatus) => void} status
 */

/** A stream of the router that connects again after its end, with a growing pause while it fails. */
export class LiveStream {
  #page;
  #query;
  #listener;
  /** @type {AbortController | undefined} */
  #running;
  #retry = 0;
  #silence = 0;
  #failures = 0;
  /** @type {string | undefined} */
  #last;

  /**
   * @param {string} page
   * @param {Listener} listener
   * @param {Record<string, string>} [query]
   */
  constructor(page, listener, query = {}) {
    this.#page = page;
    this.#query = query;
    this.#listener = listener;
  }

  /** Connects now, also during a pause. */
  start() {
    this.#halt();
    const running = new AbortController();
    this.#running = running;
    this.#listener.status({ kind: 'connecting' });
    void this.#read(running.signal).then(
      () => this.#ended(running, new Refusal(0, 'the router has ended the stream')),
      (error) => this.#ended(running, error),
    );
  }

  stop() {
    this.#halt();
    this.#listener.status({ kind: 'stopped' });
  }

  #halt() {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#running?.abort();
    this.#running = undefined;
  }

  /** @param {AbortSignal} signal */
  async #read(signal) {
    this.#active();
    /** @type {[string, string][]} */
    const headers = this.#last === undefined ? [] : [['last-event-id', this.#last]];
    const response = await open(this.#page, { query: this.#query, headers, signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventReader();
    this.#listener.status({ kind: 'open' });
    for (;;) {
      const { done, value = '' } = (await reader?.read()) ?? { done: true };
      if (done || signal.aborted) return;
      this.#active();
      for (const { event, data, id } of events.take(value)) {
        this.#failures = 0;
        this.#last = id ?? this.#last;
        this.#listener.event(event, JSON.parse(data));
      }
    }
  }

  #active() {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(
      () => this.#running?.abort(new Refusal(0, 'the router sends nothing')),
      SILENCE,
    );
  }

  /**
   * @param {AbortController} running
   * @param {unknown} error
   */
  #ended(running, error) {
    if (this.#running !== running) return;
    clearTimeout(this.#silence);
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof Refusal && error.status === 401)
      return this.#listener.status({ kind: 'refused', why });
    const pause = Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retry = window.setTimeout(() => this.start(), pause);
    this.#listener.status({ kind: 'waiting', retryAt: Date.now() + pause, why });
  }
}
