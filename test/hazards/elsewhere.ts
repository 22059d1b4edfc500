/** A row whose case needs more than bytes on two sockets: the files under `test/` that have it, and what they show. */
export interface Elsewhere {
  readonly files: readonly string[];
  readonly shows: string;
}

const at = (files: string, shows: string): Elsewhere => ({ files: files.split(' '), shows });

/** Grammar, routing and searches: pure functions, and generators of their own. */
const READING: Readonly<Record<string, Elsewhere>> = {
  'SM-22': at(
    'search/request-desync.test.ts',
    'the published techniques: five readers agree on every byte that went upstream',
  ),
  'PC-21': at('routing/longest-prefix.test.ts', 'the work of a lookup grows with the path alone'),
  'PC-22': at('search/paths.test.ts', 'routed as every normaliser would route it, or 400'),
  'PC-23': at('routing/events-to-table.test.ts', 'host and path never run into one another'),
  'PC-24': at('routing/host-lookup.test.ts', 'unknown host'),
  'PC-25': at('routing/host-lookup.test.ts', 'found in any case, among hundreds'),
  'PC-27': at('routing/longest-prefix.test.ts', '/a is redirected to /a/'),
  'AU-17': at('routing/namespace-keys.test.ts', 'only the deletion of the Secret opens'),
  'AU-18': at('cluster/changes-to-routes.test.ts', 'an outage or a 403 changes no key'),
  'AU-29': at(
    'proxy/secrets-stay-secret.test.ts search/keys.test.ts',
    'no key in logs, metrics, answers or upstream bytes',
  ),
  'AU-30': at('long/key-timing.long.ts', 'Welch t below 4.5'),
  'AU-31': at('search/keys.test.ts', 'granted exactly when the model says so'),
  'AU-32': at('config/settings.test.ts', 'a header that cannot carry the key is refused at the start'),
};

/** Megabytes, thousands of connections, minutes, or a WebSocket peer that is a real one. */
const AMOUNTS: Readonly<Record<string, Elsewhere>> = {
  'UF-33': at(
    'search/response-desync.test.ts',
    'what comes with an answer or on an idle connection reaches nobody',
  ),
  'UF-58': at(
    'proxy/slow-reader.test.ts',
    'a client that stops reading stops the pod; memory stays at its limit',
  ),
  'DF-03': at('proxy/slow-reader.test.ts', 'a client that takes nothing is let go, and so is the pod'),
  'DF-04': at(
    'long/slow-readers.long.ts proxy/slow-reader.test.ts',
    '10,000 slow readers within 64 KiB each, others hardly notice',
  ),
  'DF-05': at(
    'proxy/slow-reader.test.ts',
    'a client that reads a little and then stops: memory flat, let go at the limit',
  ),
  'DF-06': at(
    'long/idle-connections.long.ts',
    '10,000 idle connections, a few KiB each, closed without harm',
  ),
  'DF-08': at(
    'long/client-resets.long.ts proxy/client-abort.test.ts',
    'descriptors, pools and heap are back where they were',
  ),
  'DF-20': at(
    'proxy/slow-reader.test.ts',
    'an upload and an answer that nobody reads do not block each other',
  ),
  'DF-22': at('proxy/pipelining.test.ts', 'thousands of requests on one connection, over one pod connection'),
  'DF-24': at('proxy/pipelining.test.ts', 'one request in flight, the rest is not read'),
  'WS-10': at('proxy/websocket.test.ts', 'the digests of what went in and came out are equal'),
  'WS-16': at(
    'proxy/websocket-teardown.test.ts',
    'the writer is held back, memory stays at its limit, nothing is lost',
  ),
  'WS-17': at('proxy/websocket-teardown.test.ts', 'a tunnel outlives the end of its pod'),
  'WS-18': at('proxy/websocket-teardown.test.ts', 'none closed, no byte lost or out of order'),
  'WS-19': at('proxy/websocket-teardown.test.ts', 'a tunnel outlives its route; a new handshake is refused'),
  'WS-25': at('proxy/websocket.test.ts', 'every gauge is back at 0'),
  'WS-27': at('proxy/drain.test.ts', 'tunnels end at DRAIN_TIMEOUT and are counted'),
};

/** The cluster over the API server's stand-in, or events as data; see `test/cluster/plane.ts` for the steps. */
const KUBERNETES: Readonly<Record<string, Elsewhere>> = {
  'K8-02': at(
    'cluster/changes-to-routes.test.ts',
    'ten minutes without an API: routes and keys frozen, ready',
  ),
  'K8-04': at('cluster/watch-resumes.test.ts', 'resumed after the last whole line'),
  'K8-05': at(
    'cluster/relist-is-atomic.test.ts cluster/gone.test.ts',
    'swapped at once, never empty; pods that stay keep their endpoints',
  ),
  'K8-06': at('cluster/gone.test.ts', 'the lists thin out'),
  'K8-07': at(
    'cluster/refused.test.ts cluster/credentials.test.ts cluster/gone.test.ts',
    'left alone for as long as the server asks',
  ),
  'K8-09': at('cluster/watch-resumes.test.ts', 'bookmarks keep a quiet watch'),
  'K8-10': at('cluster/watch-resumes.test.ts', 'watched anew after the silence, without a list'),
  'K8-11': at('routing/events-to-table.test.ts', 'nothing is told to the workers'),
  'K8-12': at('routing/events-to-table.test.ts', 'a change of an unknown pod is its arrival'),
  'K8-13': at(
    'cluster/changes-to-routes.test.ts cluster/relist-is-atomic.test.ts',
    'a late deletion leaves the pod that has the name now',
  ),
  'K8-14': at('cluster/relist-is-atomic.test.ts', 'gone with the relist'),
  'K8-15': at('cluster/watch-lines.test.ts', 'the same wherever it is cut; a line too long is a list'),
  'K8-16': at('cluster/watch-lines.test.ts', 'counted, and answered with a list'),
  'K8-17': at(
    'cluster/paging.test.ts long/large-list.long.ts cluster/relist-is-atomic.test.ts',
    'begun anew and never half published',
  ),
  'K8-18': at(
    'cluster/streaming-list.test.ts',
    'supported, refused or ignored: nothing before it is complete',
  ),
  'K8-19': at(
    'wiring/pod-reading.test.ts routing/events-to-table.test.ts',
    'the address of every kind of pod',
  ),
  'K8-20': at(
    'cluster/changes-to-routes.test.ts routing/round-robin.test.ts',
    'out and in, and every endpoint keeps its identity',
  ),
  'K8-21': at('routing/events-to-table.test.ts', 'a terminating pod has no turn'),
  'K8-22': at('routing/events-to-table.test.ts', 'what does not run is not routed'),
  'K8-24': at(
    'cluster/changes-to-routes.test.ts cluster/relist-is-atomic.test.ts proxy/table-change.test.ts',
    'a reused address is another endpoint, whatever the order',
  ),
  'K8-25': at('wiring/annotations-to-wirings.test.ts', 'refused as a whole, with one reason'),
  'K8-26': at(
    'wiring/annotations-to-wirings.test.ts',
    'a bad path is left out with its reason, good ones route',
  ),
  'K8-27': at(
    'wiring/annotations-to-wirings.test.ts',
    'a bad host is left out with its reason; text is only text',
  ),
  'K8-28': at(
    'cluster/changes-to-routes.test.ts cluster/refused.test.ts',
    'forbidden at the start: not ready; later: the last keys stay',
  ),
  'K8-29': at('wiring/pod-reading.test.ts', 'which ports are declared'),
  'K8-30': at('cluster/changes-to-routes.test.ts', 'the route goes with the label or the annotation'),
  'K8-31': at('cluster/unrelated-secrets.test.ts', 'no other Secret is ever fetched, nor are events of one'),
  'K8-32': at('wiring/namespace-secret.test.ts', 'odd Secrets deny'),
  'K8-33': at(
    'cluster/tls.test.ts cluster/credentials.test.ts',
    'tokens and certificates that rotate cost nothing',
  ),
  'K8-35': at('cluster/changes-to-routes.test.ts', 'the wall clock decides nothing'),
  'K8-36': at(
    'long/pod-events.long.ts',
    '1,000 pod events a second under load: 0 failed, updates and the loop stay quick',
  ),
  'K8-37': at('routing/event-order.test.ts', 'the table is a function of the final objects'),
  'K8-38': at('process/rolling-update.test.ts long/rolling-update.long.ts', '0 failed'),
  'K8-40': at('cluster/changes-to-routes.test.ts', 'data like any other'),
  'K8-42': at('cluster/gone.test.ts cluster/streaming-list.test.ts', 'asked for twice before it is believed'),
};

/** Real processes with real signals, or the overload of one. */
const PROCESS: Readonly<Record<string, Elsewhere>> = {
  'PR-01': at('long/sigterm.long.ts', 'SIGTERM under load: 0 failed, exit 0'),
  'PR-02': at('process/shutdown.test.ts', 'an idle process waits for DRAIN_DELAY and no longer'),
  'PR-03': at('process/shutdown.test.ts', 'a second signal ends it at once, by the number of the signal'),
  'PR-04': at('process/shutdown.test.ts', 'survived, and no inspector opens'),
  'PR-05': at('long/descriptors.long.ts', 'served, shed, recovered'),
  'PR-07': at('long/small-heap.long.ts proxy/overload.test.ts', 'shed, not dead'),
  'PR-09': at('process/fault.test.ts', 'logged, drained, exit 1'),
  'PR-10': at(
    'control/worker-threads.test.ts process/fault.test.ts long/worker-crash.long.ts',
    'replaced with the whole table; the other worker goes on',
  ),
  'PR-11': at(
    'process/log-unread.test.ts long/blocked-log.long.ts',
    'requests flow, lines are dropped and counted',
  ),
  'PR-14': at('process/start-refused.test.ts', 'one clear line, exit 2'),
  'PR-18': at('long/sigterm.long.ts', 'one of two processes replaced under load: 0 failed'),
  'PR-20': at('image/image.test.ts', 'an unprivileged user and nothing to write to'),
  'PR-21': at('long/fuzz.long.ts', 'half an hour of random streams: alive, silent, exit 0'),
};

export const ELSEWHERE: Readonly<Record<string, Elsewhere>> = {
  ...READING,
  ...AMOUNTS,
  ...KUBERNETES,
  ...PROCESS,
};
