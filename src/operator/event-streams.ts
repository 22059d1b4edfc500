import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { EventStream, StreamEvent } from './operator-answers.ts';

/** Bytes that may wait for a reader when the next event comes. */
const MOST_WAITING = 1024 * 1024;

export interface StreamLimits {
  /** Streams at a time. */
  readonly most: number;
  /** Milliseconds for which a reader may take nothing of what is there. */
  readonly patience: number;
  /** Milliseconds after which a stream says that it is there: no proxy in between takes it for dead. */
  readonly heartbeat: number;
}

export const STREAM_LIMITS: Omit<StreamLimits, 'most'> = { patience: 10_000, heartbeat: 15_000 };

export const STREAM_FIELDS: OutgoingHttpHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx, and podway itself, then pass each event on at once.
  'x-accel-buffering': 'no',
};

interface Reading {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly stream: EventStream;
  /** Whether who reads still may. Asked at every heartbeat: a token that is taken away ends what it opened. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** The server-sent events of the operator listener: few at a time, and none waits for a reader. */
export class EventStreams {
  readonly #limits: StreamLimits;
  #open = 0;
  /** An event that goes to many readers is written once. */
  readonly #texts = new WeakMap<StreamEvent, string>();

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#open >= this.#limits.most;
  }

  /** Sends the events of a stream until it or its reader ends. The head is not written yet. */
  async send({ request, response, stream, mayGoOn }: Reading): Promise<void> {
    const { patience, heartbeat } = this.#limits;
    this.#open += 1;
    const left = new AbortController();
    const beat = setInterval(() => void keepUp(), heartbeat);
    response.once('close', () => {
      this.#open -= 1;
      clearInterval(beat);
      left.abort();
    });
    const keepUp = async () => {
      if (await mayGoOn()) write(':\n\n');
      else response.destroy();
    };
    // Counts from when its kernel last took something; without anything that waits, no reader is late.
    response.setTimeout(patience, () => {
      if (response.writableLength > 0) request.socket.resetAndDestroy();
    });
    response.writeHead(200, STREAM_FIELDS);
    const write = (text: string) => {
      if (response.destroyed || response.writableEnded) return;
      if (response.writableLength > MOST_WAITING) request.socket.resetAndDestroy();
      else response.write(text);
    };
    // The reader knows at once that it is connected.
    write(': podway\n\n');
    await stream.run((event) => write(this.#textOf(event)), left.signal);
    response.end();
  }

  #textOf(event: StreamEvent): string {
    let text = this.#texts.get(event);
    if (text === undefined) this.#texts.set(event, (text = written(event)));
    return text;
  }
}

/** In JSON no line feed is left, which would end the event; other texts have none. */
function written({ event, data, id }: StreamEvent): string {
  const named = id === undefined ? '' : `id: ${id}\n`;
  return `${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
