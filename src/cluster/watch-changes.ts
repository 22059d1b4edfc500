import type { ClusterEvent, ObjectId } from '../routing/event.ts';
import type { ApiSession } from './api-server.ts';
import type { Clock } from './clock.ts';
import { ApiFailure, refusedBy } from './failure.ts';
import { LineSplitter } from './line-splitter.ts';
import { requestTarget } from './resource.ts';
import type { WatchOptions } from './watch-objects.ts';
import type { WatchPosition } from './watch-position.ts';
import { readWatchLine } from './watch-line.ts';

/** Seconds a watch lasts, from here to twice as long: replicas must not return to the server all at once. */
const WATCH_SECONDS = 300;
/** Milliseconds beyond that in which a live server would have ended the watch. */
const SILENCE_MARGIN = 15_000;
/** A watch that ends sooner than this (milliseconds) and brought nothing is a failure, or we would spin. */
const SHORTEST_WATCH = 1000;
/** Bytes. The largest object a cluster stores is 1.5 MiB (etcd), JSON may double it. */
const LONGEST_LINE = 8 * 1024 * 1024;

/**
 * Changes since `version`, until the server ends the watch as it should. Moves `position` along with every event and
 * bookmark, so that whatever happens next resumes after the last one that was delivered.
 *
 * @throws ApiFailure
 */
export async function* watchChanges<T extends ObjectId>(
  options: WatchOptions<T>,
  position: WatchPosition,
  version: string,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { api, clock, resource, signal, status } = options;
  const attempt = { resource, verb: 'watch' } as const;
  const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + clock.random()));
  const target = requestTarget(resource, {
    watch: 'true',
    resourceVersion: version,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutSeconds),
  });
  const session = await api.open(signal);
  const watchdog = new Watchdog(session, clock, timeoutSeconds * 1000 + SILENCE_MARGIN);
  try {
    position.watchStarted();
    const body = await session.stream(attempt, target);
    const started = clock.now();
    status.watching();
    const lines = new LineSplitter(LONGEST_LINE);
    for await (const chunk of body) {
      watchdog.heard();
      status.activity();
      for (const line of complete(lines.push(chunk), options)) yield* readChange(line, options, position);
    }
    if (!position.advanced && clock.now() - started < SHORTEST_WATCH) {
      throw new ApiFailure('short-watch', `watch ${resource.name} ended at once`);
    }
    status.healthy();
  } catch (error) {
    throw watchdog.barked ? new ApiFailure('silent', `watch ${resource.name} fell silent`) : error;
  } finally {
    watchdog.stop();
    session.close();
  }
}

function complete<T extends ObjectId>(lines: string[] | undefined, options: WatchOptions<T>): string[] {
  if (lines !== undefined) return lines;
  options.status.malformedLine();
  const detail = `a line of watch ${options.resource.name} is longer than ${LONGEST_LINE} bytes; listing again`;
  throw new ApiFailure('oversized', detail, { relist: true });
}

function* readChange<T extends ObjectId>(
  text: string,
  options: WatchOptions<T>,
  position: WatchPosition,
): Generator<ClusterEvent<T>, void> {
  if (text.trim() === '') return;
  const { resource, status, read } = options;
  const line = readWatchLine(text);
  switch (line.type) {
    case 'error': {
      // On a stream of status 200 this is how a server says 410; after any of them it ends the watch.
      const { code, message } = line.status;
      const failure = refusedBy({ resource, verb: 'watch' }, { status: code, message });
      throw new ApiFailure(failure.reason, failure.message, { relist: true });
    }
    case 'malformed':
      status.malformedLine();
      throw new ApiFailure('malformed', `${line.defect} in watch ${resource.name}; listing again`, {
        relist: true,
      });
    case 'bookmark':
      position.moveTo(line.version);
      return;
    case 'delete':
      position.moveTo(line.version);
      yield { type: 'delete', object: line.id };
      return;
    case 'upsert': {
      const object = read(line.object);
      position.moveTo(line.version);
      position.hadObjects = true;
      if (object !== undefined) yield { type: 'apply', object };
      return;
    }
  }
}

/** Ends a session on which nothing was heard for too long: its peer is gone and TCP has not noticed. */
class Watchdog {
  readonly #session: ApiSession;
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #stopped = new AbortController();
  #lastHeard: number;
  barked = false;

  constructor(session: ApiSession, clock: Clock, patience: number) {
    this.#session = session;
    this.#clock = clock;
    this.#patience = patience;
    this.#lastHeard = clock.now();
    void this.#wait();
  }

  heard(): void {
    this.#lastHeard = this.#clock.now();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #wait(): Promise<void> {
    for (;;) {
      const left = this.#lastHeard + this.#patience - this.#clock.now();
      if (left <= 0) break;
      await this.#clock.sleep(left, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
    }
    this.barked = true;
    this.#session.close();
  }
}
