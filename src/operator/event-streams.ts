import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { EventStream, StreamEvent } from './operator-answers.ts';

/** Maximum number of bytes that may wait for a reader when the next event is written. */
const MAX_UNSENT_BYTES = 1024 * 1024;

export interface StreamLimits {
  /** Maximum number of concurrent streams. */
  readonly max: number;
  /** Milliseconds for which a reader may read no byte while bytes wait for it. */
  readonly writeTimeout: number;
  /** Milliseconds between two comments on a stream, so no proxy on the way closes it as idle. */
  readonly heartbeat: number;
}

export const STREAM_LIMITS: Omit<StreamLimits, 'max'> = { writeTimeout: 10_000, heartbeat: 15_000 };

export const STREAM_FIELDS: OutgoingHttpHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // With this header, nginx and podway itself forward each event at once.
  'x-accel-buffering': 'no',
};

interface Reading {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly stream: EventStream;
  /** Whether the reader is still admitted. Called at every heartbeat, so a stream ends when its token becomes invalid. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** The server-sent events of the operator listener. It limits the number of streams, and closes streams of slow readers. */
export class EventStreams {
  readonly #limits: StreamLimits;
  #open = 0;
  /** Serialized events: an event for many readers is serialized once. */
  readonly #texts = new WeakMap<StreamEvent, string>();

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#open >= this.#limits.max;
  }

  /** Writes the head and the events of a stream until the stream ends or its reader disconnects. */
  async send({ request, response, stream, mayGoOn }: Reading): Promise<void> {
    const { writeTimeout, heartbeat } = this.#limits;
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
    // The timeout counts from the last write that the kernel accepted. Without waiting bytes, the reader is not late.
    response.setTimeout(writeTimeout, () => {
      if (response.writableLength > 0) request.socket.resetAndDestroy();
    });
    response.writeHead(200, STREAM_FIELDS);
    const write = (text: string) => {
      if (response.destroyed || response.writableEnded) return;
      if (response.writableLength > MAX_UNSENT_BYTES) request.socket.resetAndDestroy();
      else response.write(text);
    };
    // Send a comment at once, so the reader knows that it is connected.
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

/** JSON has no line feeds, which would end the event, and the names of events and ids have none either. */
function written({ event, data, id }: StreamEvent): string {
  const named = id === undefined ? '' : `id: ${id}\n`;
  return `${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
