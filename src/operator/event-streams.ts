import type { ServerResponse } from 'node:http';
import type { EventStream, StreamEvent } from './operator-answers.ts';

/** Milliseconds after which a stream says that it is there: no proxy in between takes it for dead. */
const HEARTBEAT = 15_000;
/** Milliseconds for which a reader may take nothing. */
const PATIENCE = 10_000;
/** Bytes that may wait for a reader. */
const MOST_WAITING = 1024 * 1024;

/** The server-sent events of the operator listener: few at a time, and none waits for a reader. */
export class EventStreams {
  readonly #most: number;
  #open = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#open >= this.#most;
  }

  /** Sends the events of a stream until it or its reader ends. The head is not written yet. */
  async send(response: ServerResponse, stream: EventStream): Promise<void> {
    this.#open += 1;
    const left = new AbortController();
    response.once('close', () => {
      this.#open -= 1;
      left.abort();
    });
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    const write = writerOf(response);
    const beat = setInterval(() => write(':\n\n'), HEARTBEAT);
    response.once('close', () => clearInterval(beat));
    // The reader knows at once that it is connected.
    write(': podway\n\n');
    await stream.run((event) => write(textOf(event)), left.signal);
    response.end();
  }
}

/** What a reader does not take ends it: it comes again, and is told where things stand. */
function writerOf(response: ServerResponse): (text: string) => void {
  let impatient: NodeJS.Timeout | undefined;
  response.on('drain', () => {
    clearTimeout(impatient);
    impatient = undefined;
  });
  response.once('close', () => clearTimeout(impatient));
  return (text) => {
    if (response.destroyed || response.writableEnded) return;
    if (response.write(text)) return;
    impatient ??= setTimeout(() => response.destroy(), PATIENCE);
    if (response.writableLength > MOST_WAITING) response.destroy();
  };
}

/** In JSON no line feed is left, which would end the event; other texts have none. */
function textOf({ event, data, id }: StreamEvent): string {
  const named = id === undefined ? '' : `id: ${id}\n`;
  return `${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
