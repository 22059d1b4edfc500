import type { ObjectId } from '../../wiring/object-id.ts';
import { ApiFailure, failedCall, refusedBy } from '../api/api-failure.ts';
import { LineSplitter } from './line-splitter.ts';
import { requestTarget } from '../api/api-request.ts';
import type { WatchOptions } from './options.ts';
import { readWatchLine, type WatchLine } from './line.ts';
import type { Alarm, Watchdog } from './watchdog.ts';

/** Minimum seconds of a watch; the maximum is twice as much. Replicas must not all return to the server at once. */
const MIN_WATCH_SECONDS = 300;
/** Maximum bytes of a line. A cluster stores objects of up to 1.5 MiB (etcd), and JSON may double that. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** A watch line about objects. */
export type WatchNews = Exclude<WatchLine, { readonly type: 'error' | 'malformed' }>;

interface WatchRequest {
  readonly query: Readonly<Record<string, string>>;
  /** Ends the watch; after too much silence with the failure `silent`. The caller sets its limits. */
  readonly watchdog: Watchdog;
  /** Called when the server has answered 200, before podway reads anything. */
  readonly opened: (origin: string) => void;
  /** The cluster of the resourceVersion in the query; undefined if the query has none. */
  readonly origin?: string | undefined;
}

/**
 * The lines of a watch, until the server ends it or the machine has slept. After a sleep it would take too long to
 * notice that the connection is gone, and another watch costs little.
 *
 * @throws ApiFailure
 */
export async function* watchLines(
  options: WatchOptions<ObjectId>,
  { query, watchdog, opened, origin }: WatchRequest,
): AsyncGenerator<WatchNews, void> {
  const { api, clock, resource, signal, status } = options;
  const timeoutSeconds = String(Math.round(MIN_WATCH_SECONDS * (1 + clock.random())));
  const bookmarks = { allowWatchBookmarks: 'true', timeoutSeconds };
  const target = requestTarget(resource, { watch: 'true', ...query, ...bookmarks });
  const session = await api.open(signal);
  let alarm: Alarm | undefined;
  watchdog.onAlarm((which) => {
    alarm = which;
    session.close();
  });
  try {
    if (origin !== undefined && origin !== session.origin) throw elsewhere(options);
    const body = await session.stream({ resource, verb: 'watch' }, target);
    opened(session.origin);
    const splitter = new LineSplitter(MAX_LINE_BYTES, options.unread);
    for await (const chunk of body) {
      watchdog.touch();
      status.activity();
      const lines = splitter.push(chunk);
      if (lines === undefined) throw tooLong(options);
      for (const line of lines) if (line.trim() !== '') yield newsOf(line, options);
    }
  } catch (error) {
    if (alarm === 'sleep') return;
    if (alarm === undefined) throw error;
    const detail = `the API server sent nothing for ${Math.round(watchdog.silentFor / 1_000)} s`;
    throw failedCall('silent', { resource, verb: 'watch' }, detail);
  } finally {
    watchdog.stop();
    session.close();
  }
}

function newsOf(text: string, { resource, status }: WatchOptions<ObjectId>): WatchNews {
  const line = readWatchLine(text);
  if (line.type === 'error') {
    // A server that has answered 200 reports a 410 in this way. After any such event it ends the watch.
    const { code, message } = line.status;
    const failure = refusedBy({ resource, verb: 'watch' }, { status: code, message });
    throw new ApiFailure(failure.reason, failure.message, { relist: true });
  }
  if (line.type === 'malformed') {
    status.malformedLine();
    const detail = `${line.defect} in watch ${resource.name}; listing again`;
    throw new ApiFailure('malformed', detail, { relist: true });
  }
  return line;
}

function elsewhere({ resource }: WatchOptions<ObjectId>): ApiFailure {
  const detail = `the kubeconfig names another API server now; listing ${resource.name} there`;
  return new ApiFailure('another-server', detail, { relist: true });
}

function tooLong({ resource, status }: WatchOptions<ObjectId>): ApiFailure {
  status.malformedLine();
  const detail = `a line of watch ${resource.name} is longer than ${MAX_LINE_BYTES} bytes; listing again`;
  return new ApiFailure('oversized', detail, { relist: true });
}
