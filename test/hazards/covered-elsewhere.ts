import { BALANCE } from './covered-elsewhere-balance.ts';
import { CORS } from './covered-elsewhere-cors.ts';
import { GRANTS } from './covered-elsewhere-grants.ts';
import { DRAINS, GATES } from './covered-elsewhere-rollout.ts';
import { REWRITES } from './covered-elsewhere-rewrite.ts';
import { OPERATORS } from './covered-elsewhere-operators.ts';
import { TRACES } from './covered-elsewhere-traces.ts';
import { WORDS } from './covered-elsewhere-options.ts';

/**
 * A test of another file, or a row of its table: the name as it is written there, with `…` for every inserted value.
 */
export interface Pointer {
  /** The path below `test/`. */
  readonly file: string;
  readonly title: string;
}

/** A row whose case needs more than bytes on two sockets, a small cluster or one process for a short time. */
export interface CoveredElsewhere {
  readonly cases: readonly Pointer[];
  /** What the cases show; it explains why the row is not in a table of this folder. */
  readonly reason: string;
}

const at = (cases: readonly Pointer[], reason: string): CoveredElsewhere => ({ cases, reason });

/** Grammar, routing and searches: pure functions, with their own generators. */
const READING: Readonly<Record<string, CoveredElsewhere>> = {
  'SM-22': at(
    [{ file: 'search/request-desync.test.ts', title: 'published smuggling techniques (SM-22)' }],
    'the published techniques: five parsers agree on every byte that was sent to pods',
  ),
  'PC-21': at(
    [
      {
        file: 'routing/longest-prefix.test.ts',
        title: '4,000 segments against 10,000 routes with long common prefixes (PC-21)',
      },
    ],
    'the work of a lookup depends only on the path',
  ),
  'PC-22': at(
    [{ file: 'search/paths.test.ts', title: '… targets, read by … normalisers, seed … (PC-22)' }],
    'routed as every normaliser would route it, or 400',
  ),
  'PC-23': at(
    [
      {
        file: 'inventory/events-to-table.test.ts',
        title: 'two pairs of host and path with the same concatenation are two routes (PC-23)',
      },
    ],
    'host and path are never concatenated',
  ),
  'PC-24': at([{ file: 'routing/host-lookup.test.ts', title: 'PC-24' }], 'unknown host'),
  'PC-25': at(
    [{ file: 'routing/host-lookup.test.ts', title: 'hundreds of hosts in any case (PC-25)' }],
    'found in any case, among hundreds',
  ),
  'PC-27': at([{ file: 'routing/longest-prefix.test.ts', title: 'P10, PC-27' }], '/a is redirected to /a/'),
  'AU-17': at(
    [
      {
        file: 'inventory/namespace-keys.test.ts',
        title:
          'rotation and deletion of the Secret take effect immediately, also on shared routes (E9, E10, AU-17)',
      },
    ],
    'only the deletion of the Secret opens the namespace',
  ),
  'AU-29': at(
    [
      {
        file: 'proxy/secrets-stay-secret.test.ts',
        title: 'no output and no pod shows a key, ACCESS_LOG=… (E21, AU-29)',
      },
      {
        file: 'search/keys.test.ts',
        title: '… requests while keys change every … ms, seed … (AU-29, AU-31)',
      },
    ],
    'no key in logs, metrics, answers or upstream bytes',
  ),
  'AU-30': at(
    [
      {
        file: 'long/key-timing.long.ts',
        title:
          '… samples each: a key that is correct up to its last character takes as long as a key that is wrong from its first (AU-30)',
      },
    ],
    'a Welch t below 4.5',
  ),
  'AU-31': at(
    [{ file: 'search/keys.test.ts', title: '… sets of headers with keys that change, seed … (AU-31)' }],
    'access is granted exactly when the model grants it',
  ),
  'AU-32': at(
    [{ file: 'config/settings.test.ts', title: 'AU-32' }],
    'a header that cannot carry the key is refused at the start',
  ),
};

const SLOW_REQUESTS: Pointer = {
  file: 'long/slow-requests.long.ts',
  title: '… slow heads and … slow bodies leave a healthy client … % of its throughput (DF-01, DF-02)',
};

/** Megabytes, thousands of connections, minutes, or a real WebSocket peer. */
const AMOUNTS: Readonly<Record<string, CoveredElsewhere>> = {
  'UF-33': at(
    [
      {
        file: 'search/response-desync.test.ts',
        title: 'a pod that lies, and pushes bytes …: … exchanges, seed … (UF-31, UF-32, UF-33)',
      },
    ],
    'bytes with a response or on an idle connection reach no client',
  ),
  'UF-58': at(
    [
      {
        file: 'proxy/slow-reader.test.ts',
        title: 'a client that stops reading makes podway stop reading from the pod, … (P37, UF-58)',
      },
    ],
    'a client that stops reading stops the pod, and memory stays within its limit',
  ),
  'DF-01': at([SLOW_REQUESTS], 'slow heads cost other clients almost nothing'),
  'DF-02': at([SLOW_REQUESTS], 'slow bodies cost other clients almost nothing'),
  'DF-03': at(
    [{ file: 'proxy/slow-reader.test.ts', title: 'a client that reads no byte (DF-03)' }],
    'a client that does not read is disconnected, and the pod is freed',
  ),
  'DF-04': at(
    [
      {
        file: 'long/slow-readers.long.ts',
        title: '… slow readers of 10 MB cost … KiB each, and other clients are barely affected (DF-04)',
      },
      { file: 'proxy/slow-reader.test.ts', title: 'many slow readers share one budget (DF-04)' },
    ],
    '10,000 slow readers need at most 64 KiB each, and other clients are barely affected',
  ),
  'DF-05': at(
    [{ file: 'proxy/slow-reader.test.ts', title: 'a client that reads a megabyte and then stops (DF-05)' }],
    'a client that reads a little and then stops: memory does not grow, and the client is disconnected at the limit',
  ),
  'DF-06': at(
    [
      {
        file: 'long/idle-connections.long.ts',
        title:
          '… idle keep-alive connections cost … KiB each and are closed without effects on other connections (DF-06)',
      },
    ],
    '10,000 idle connections need a few KiB each, and are closed without effect on others',
  ),
  'DF-08': at(
    [
      {
        file: 'long/client-resets.long.ts',
        title: '… clients that connect, send a request and reset leave no state behind (DF-08)',
      },
      {
        file: 'proxy/client-abort.test.ts',
        title: 'many clients that disconnect at the same time leave no state behind (DF-08)',
      },
    ],
    'descriptors, pools and heap return to their earlier values',
  ),
  'DF-20': at(
    [
      {
        file: 'proxy/slow-reader.test.ts',
        title: 'an upload and a large unread response do not block each other forever (DF-20)',
      },
    ],
    'an upload and an unread response do not block each other',
  ),
  'DF-22': at(
    [{ file: 'proxy/pipelining.test.ts', title: '… requests on one connection (DF-22)' }],
    'thousands of requests on one connection, over one pod connection',
  ),
  'DF-24': at(
    [
      {
        file: 'proxy/pipelining.test.ts',
        title:
          'a client that pipelines without end is not read for a time, and its requests are not stored (DF-24)',
      },
    ],
    'one request is in progress, and the others are not read',
  ),
  'WS-10': at(
    [
      {
        file: 'proxy/websocket.test.ts',
        title: 'large transfers in both directions at once arrive complete (WS-10)',
      },
    ],
    'the digests of input and output are equal',
  ),
  'WS-31': at(
    [
      {
        file: 'proxy/websocket-share.test.ts',
        title: 'WebSockets of one client leave room for WebSockets and requests of others (WS-31)',
      },
    ],
    'its further requests get 503, and another client is served',
  ),
  'WS-16': at(
    [
      {
        file: 'proxy/websocket-teardown.test.ts',
        title: 'podway stops reading from the other side of a … that stops reading (W12, WS-16)',
      },
    ],
    'the writer is paused, memory stays within its limit, and no byte is lost',
  ),
  'WS-17': at(
    [
      {
        file: 'proxy/websocket-teardown.test.ts',
        title: 'a tunnel survives every change of the table (W8, WS-17, WS-19)',
      },
    ],
    'a tunnel survives the end of its pod',
  ),
  'WS-18': at(
    [
      {
        file: 'proxy/websocket-teardown.test.ts',
        title: '… tunnels over … changes: no tunnel is closed, and no byte is lost or out of order (WS-18)',
      },
    ],
    'no tunnel is closed, and no byte is lost or out of order',
  ),
  'WS-19': at(
    [
      {
        file: 'proxy/websocket-teardown.test.ts',
        title: 'a tunnel survives every change of the table (W8, WS-17, WS-19)',
      },
    ],
    'a tunnel survives the deletion of its route; a new handshake is refused',
  ),
  'WS-25': at(
    [
      {
        file: 'proxy/websocket.test.ts',
        title: '… sockets are opened and closed, and leave no state behind (WS-25)',
      },
    ],
    'every gauge is back at 0',
  ),
  'WS-27': at(
    [
      {
        file: 'proxy/drain.test.ts',
        title: 'at the drain timeout open tunnels and stuck requests are ended and counted (W9, WS-27)',
      },
    ],
    'tunnels end at DRAIN_TIMEOUT and are counted',
  ),
};

/** Rows that need minutes, thousands of orders of events, or pods that are processes. */
const KUBERNETES: Readonly<Record<string, CoveredElsewhere>> = {
  'K8-36': at(
    [{ file: 'long/pod-events.long.ts', title: '… pod events and … requests a second for … s (K8-36)' }],
    'a minute of 1,000 pod events a second under load: 0 failed, updates and the event loop stay fast',
  ),
  'K8-37': at(
    [
      {
        file: 'inventory/event-order.test.ts',
        title: 'invariant 2: the table is a pure function of the final objects (K8-37)',
      },
    ],
    'thousands of random orders of events: the table is a pure function of the final objects',
  ),
  'K8-38': at(
    [
      {
        file: 'process/rolling-update.test.ts',
        title: 'a rolling update under load loses no request and no WebSocket of a pod that stays (K8-38)',
      },
      {
        file: 'long/rolling-update.long.ts',
        title: 'a 20-pod route replaced five times under load loses no request and no WebSocket (K8-38)',
      },
    ],
    'pods are processes that start and stop independently, under load: 0 failed',
  ),
};

/** Rows that need minutes, or the files of the image. */
const PROCESS: Readonly<Record<string, CoveredElsewhere>> = {
  'PR-07': at(
    [
      {
        file: 'long/small-heap.long.ts',
        title: 'a heap of … MB and … busy clients: requests are shed, and the router survives (PR-07)',
      },
      {
        file: 'proxy/overload.test.ts',
        title: 'a full heap refuses all but a few requests and closes their connections (PR-07)',
      },
    ],
    'thousands of busy clients for minutes on a small heap; with a prepared heap, what podway sheds at each level',
  ),
  'PR-18': at(
    [
      {
        file: 'long/sigterm.long.ts',
        title: 'SIGTERM … times under … requests a second fails no request (PR-01, PR-18)',
      },
    ],
    'twenty replacements under 1,000 requests a second: 0 failed',
  ),
  'PR-20': at(
    [
      {
        file: 'image/image.test.ts',
        title:
          'podway starts and routes from the files of the image, as its user and without a writable file (PR-20)',
      },
    ],
    'an unprivileged user without a writable file, with the files of the image',
  ),
  'PR-21': at(
    [
      {
        file: 'long/fuzz.long.ts',
        title: '… minutes of random streams, seed …: no worker crashes and no error is thrown (PR-21)',
      },
    ],
    'half an hour of random streams: podway stays alive, logs no error, and exits with 0',
  ),
};

/** Rows that need programs in pods, or a terminal. */
const TERMINALS: Readonly<Record<string, CoveredElsewhere>> = {
  'TT-10': at(
    [
      {
        file: 'sessions/exec.test.ts',
        title: 'the client gets the exit code, and stdout and stderr separately (TT-10)',
      },
      { file: 'sessions/exec.test.ts', title: 'the exit code of a command that a signal ended (TT-10)' },
      { file: 'sessions/exec.test.ts', title: 'the exit code of a command that does not exist (TT-10)' },
    ],
    'real programs, and the exit code of podway',
  ),
  'TT-11': at(
    [
      {
        file: 'sessions/exec.test.ts',
        title: 'a pod that is deleted ends the session with that reason (TT-11)',
      },
      {
        file: 'cluster/pod-end.test.ts',
        title: 'without the permission to watch a pod podway polls it (TT-11)',
      },
      { file: 'podstream/pod-view.test.ts', title: 'what ends a session, and what does not (TT-11)' },
    ],
    'an API server with a watch, and which states of a pod count as its end',
  ),
  'TT-12': at(
    [{ file: 'sessions/terminal.test.ts', title: 'SIGTERM restores the terminal (TT-12)' }],
    'a process in its own terminal',
  ),
};

/** Rows that need files of this machine. */
const API_PROXY: Readonly<Record<string, CoveredElsewhere>> = {
  'AP-07': at(
    [
      {
        file: 'sessions/proxy.test.ts',
        title: 'a socket file is created for its owner only, and an existing file is never replaced (AP-07)',
      },
    ],
    'the command, and the files that it leaves in a folder',
  ),
};

/** Rows that need other programs between client and pod. */
const QUERYARGS: Readonly<Record<string, CoveredElsewhere>> = {
  'QA-11': at(
    [
      {
        file: 'cluster/queryargs.test.ts',
        title: 'random queries of WebSockets through kubectl proxy and the API server reach the pod (QA-11)',
      },
    ],
    'kubectl, an API server that loses queries, podway and a pod',
  ),
};

/** A router on a developer's machine, except its answers. */
const LOCAL: Readonly<Record<string, CoveredElsewhere>> = {
  'LO-06': at(
    [
      {
        file: 'admin/proxy-pac.test.ts',
        title: 'a host in a route cannot become script: … (LO-06)',
      },
      { file: 'admin/proxy-pac.test.ts', title: 'every text stays a string of the script (LO-06)' },
    ],
    'a browser runs the same function for all hosts',
  ),
  'LO-07': at(
    [
      {
        file: 'admin/hosts.test.ts',
        title:
          'in a browser, a page of another origin cannot read a page, and podway answers only probes under a name of an attacker (LO-07)',
      },
    ],
    'every page of the admin listener',
  ),
  'LO-08': at(
    [
      { file: 'local/running-command.test.ts', title: 'the exit code of a command: … (LO-08)' },
      {
        file: 'local/running-command.test.ts',
        title:
          'signals are passed on, except those of a terminal, which the command gets from the terminal directly (LO-08)',
      },
      { file: 'local/local.test.ts', title: "podway's own failure is 125: … (LO-08)" },
      {
        file: 'local/local.test.ts',
        title:
          'as a process: signals, stdout and the exit code are those of the command, and no process is left (LO-08)',
      },
    ],
    'real commands that run with a router',
  ),
  'PT-17': at(
    [
      {
        file: 'local/local.test.ts',
        title:
          'switching the context in another shell does not affect podway local, and credentials are read again (PT-17)',
      },
    ],
    'a kubeconfig that is written while podway reads it again',
  ),
  'LO-09': at(
    [
      {
        file: 'local/local.test.ts',
        title:
          'a user without the right to read Secrets gets a hint; a signal ends the wait for a route (LO-08, LO-09)',
      },
    ],
    'the output in the terminal',
  ),
};

/** Terminals in a browser. */
const BROWSERS: Readonly<Record<string, CoveredElsewhere>> = {
  'TT-04': at(
    [
      {
        file: 'terminal/link.test.ts',
        title:
          'a page that does not acknowledge output pauses the pod, and can still interrupt it (TT-04, TT-05)',
      },
      {
        file: 'terminal/rules.test.ts',
        title: 'credit never exceeds its window, and grows only by acknowledgements (TT-04)',
      },
    ],
    'a program that prints forever',
  ),
  'TT-05': at(
    [
      {
        file: 'terminal/link.test.ts',
        title:
          'a page that does not acknowledge output pauses the pod, and can still interrupt it (TT-04, TT-05)',
      },
    ],
    'a program with endless output, and a page that does not acknowledge',
  ),
  'TT-06': at(
    [
      {
        file: 'terminal/link.test.ts',
        title: 'a shell in the pod: keys, colours, wide characters, sizes, and its exit code (TT-06, TT-10)',
      },
      { file: 'terminal/rules.test.ts', title: 'the page gets the bytes unchanged (TT-06)' },
    ],
    'a real shell, and the screen of the emulator',
  ),
  'TT-07': at(
    [
      {
        file: 'terminal/page.test.ts',
        title: 'a paste cannot contain the end of its brackets, and a long paste arrives completely (TT-07)',
      },
      {
        file: 'terminal/link.test.ts',
        title: 'endless input is accepted only as fast as the pod reads it (TT-07)',
      },
      { file: 'terminal/rules.test.ts', title: 'the end marker of the bracketed mode (TT-07)' },
      {
        file: 'terminal/rules.test.ts',
        title: 'no paste has a control character, with any combination of markers (TT-07)',
      },
    ],
    'the messages of the page for a paste, and their order',
  ),
  'TT-09': at(
    [{ file: 'terminal/link.test.ts', title: 'an image without a shell (TT-09)' }],
    'a container without programs',
  ),
  'TT-14': at(
    [
      {
        file: 'terminal/page.test.ts',
        title: 'output cannot change the title, write to the clipboard, or be HTML (TT-14)',
      },
      { file: 'terminal/page.test.ts', title: 'links open on a click, and only links to http (TT-14)' },
      { file: 'terminal/page.test.ts', title: 'endless queries to the terminal get few answers (TT-14)' },
    ],
    'a real browser',
  ),
  'TT-19': at(
    [
      {
        file: 'terminal/link.test.ts',
        title: 'a user without the right to enter the pod gets an error before a link is printed (TT-19)',
      },
    ],
    'roles of the API server',
  ),
  'TT-20': at(
    [
      { file: 'terminal/watch-permission.test.ts', title: 'the right is revoked (TT-20)' },
      {
        file: 'terminal/watch-permission.test.ts',
        title: 'the token no longer counts, or its user is gone (TT-20)',
      },
      {
        file: 'terminal/watch-permission.test.ts',
        title: 'the API server is not reachable for five minutes (TT-20)',
      },
    ],
    'an API server whose answers change',
  ),
  'TT-21': at(
    [
      {
        file: 'terminal/link.test.ts',
        title: 'a terminal without keystrokes gets a warning, and ends (TT-21)',
      },
      {
        file: 'terminal/rules.test.ts',
        title: 'without keystrokes: one warning a minute before the end, then the end (TT-21)',
      },
      {
        file: 'terminal/tickets.test.ts',
        title: 'terminals and their tickets are limited in total and for one user (TT-21)',
      },
    ],
    'hours, and many terminals',
  ),
  'TT-22': at(
    [
      {
        file: 'terminal/link.test.ts',
        title: 'no key and no size of a viewer reaches the pod, and the terminal stays open (TT-22)',
      },
    ],
    'two pages of one terminal',
  ),
  'TT-24': at(
    [
      {
        file: 'terminal/link.test.ts',
        title: 'a recording has the output of the terminal, and not its input (TT-24)',
      },
      {
        file: 'terminal/link.test.ts',
        title: 'a terminal continues when its recording cannot be written (TT-24)',
      },
    ],
    'files',
  ),
  'TT-25': at(
    [
      { file: 'terminal/link.test.ts', title: 'the page gets a message when podway ends (TT-25)' },
      {
        file: 'terminal/cluster.test.ts',
        title:
          'the token of a user opens a terminal in a pod that podway may not enter, and the page gets the reason of its end (TT-17, TT-25)',
      },
    ],
    'a signal',
  ),
};

/** Certificates: reading, choice and handshakes. */
const TLS: Readonly<Record<string, CoveredElsewhere>> = {
  'TL-11': at(
    [
      { file: 'wiring/certificate.test.ts', title: 'a certificate is read: … (TL-11)' },
      { file: 'wiring/certificate.test.ts', title: 'a certificate is refused: … (TL-11)' },
      {
        file: 'inventory/certificate-changes.test.ts',
        title: 'an unusable pair does not replace a good one, and is reported (TL-11)',
      },
    ],
    'one reader of certificates, and the earlier ones that it keeps',
  ),
  'TL-12': at(
    [
      {
        file: 'inventory/certificate-rule.test.ts',
        title: 'an expired certificate is served when there is no other (TL-12)',
      },
      {
        file: 'inventory/certificate-changes.test.ts',
        title: 'a valid certificate replaces one that expires, at that time (TL-12)',
      },
    ],
    'the rule, and time',
  ),
  'TL-13': at(
    [
      {
        file: 'inventory/certificate-rule.test.ts',
        title: 'two namespaces: the older Secret wins (TL-13)',
      },
    ],
    'the rule, in any order of events',
  ),
  'TL-14': at(
    [
      {
        file: 'inventory/certificate-rule.test.ts',
        title: 'a namespace that does not route the host (TL-14)',
      },
    ],
    'the rule',
  ),
  'TL-16': at(
    [
      {
        file: 'cluster/tls-secrets.test.ts',
        title: 'certificates stay while the API server is away (TL-16)',
      },
    ],
    'an API server with an outage',
  ),
  'TL-18': at(
    [
      {
        file: 'cluster/tls-secrets.test.ts',
        title: 'no private key is ever in the log, in a metric or on a page (TL-18)',
      },
    ],
    'a whole control plane: its log, its pages, its metrics',
  ),
};

/** HTTP/2 clients with and without TLS. */
const HTTP2: Readonly<Record<string, CoveredElsewhere>> = {
  'H2-46': at(
    [
      {
        file: 'proxy/http2.test.ts',
        title:
          'the same request reaches its pod in the same bytes, regardless of the protocol of the client (H2-46)',
      },
    ],
    'the same bytes over HTTP/1.1 and HTTP/2, with TLS and without',
  ),
  'H2-52': at(
    [
      {
        file: 'proxy/collected-sessions.test.ts',
        title: 'clients that disconnect after half of their trailers, with an answer unread (H2-52)',
      },
    ],
    'Node aborts the process when it frees a session before its streams',
  ),
};

/** Requests to pods through the API server. */
const TUNNELS: Readonly<Record<string, CoveredElsewhere>> = {
  'PT-10': at(
    [{ file: 'tunnels/requests.test.ts', title: 'a WebSocket goes through a tunnel, byte for byte (PT-10)' }],
    'a router, a stand-in and a pod',
  ),
  'PT-12': at(
    [
      {
        file: 'tunnels/api-server.test.ts',
        title:
          'requests above the maximum of tunnels wait until a tunnel ends, and get 503 after the connect timeout (PT-12)',
      },
      {
        file: 'tunnels/api-server.test.ts',
        title: 'at the maximum of open tunnels, an idle tunnel is closed for a new one (PT-12)',
      },
      {
        file: 'tunnels/tunnel-gate.test.ts',
        title:
          'of a thousand concurrent callers, a burst is admitted, then a fixed number each second, in their order (PT-12)',
      },
    ],
    'a router whose pods do not answer; the gate with its own clock',
  ),
  'PT-13': at(
    [
      {
        file: 'tunnels/requests.test.ts',
        title:
          'when a pod is replaced, the running request ends at the old pod, and the next request goes to the new pod (PT-13)',
      },
    ],
    'a table that changes while a tunnel is in use',
  ),
  'PT-14': at(
    [
      {
        file: 'tunnels/requests.test.ts',
        title: 'a pod that left the table while its tunnel was opened gets no request (PT-14)',
      },
    ],
    'a table that changes while a tunnel is opened',
  ),
  'PT-19': at(
    [
      {
        file: 'config/settings.test.ts',
        title: 'in tunnel mode only this machine is served, unless an address is set (PT-19)',
      },
      {
        file: 'config/settings.test.ts',
        title: 'keys may be switched off only for clients on this machine, and only in tunnel mode (PT-19)',
      },
    ],
    'only settings',
  ),
};

/** Bytes of balancers, and pods with other protocols. */
const PROTOCOLS: Readonly<Record<string, CoveredElsewhere>> = {
  'PP-01': at(
    [
      { file: 'proxy/proxy-header.test.ts', title: '… (PP-01, PP-03)' },
      { file: 'proxy/proxy-protocol.test.ts', title: '… (PP-01)' },
    ],
    'the address of the client at the pod and in the log',
  ),
  'PP-02': at(
    [
      { file: 'proxy/proxy-protocol.test.ts', title: '…, split at every byte (PP-02)' },
      {
        file: 'proxy/proxy-protocol.test.ts',
        title: 'a header, followed by a ClientHello and TLS (PP-02)',
      },
      {
        file: 'proxy/proxy-protocol.test.ts',
        title: 'a header, followed by the preface of HTTP/2 (PP-02)',
      },
    ],
    'the bytes arrive in any pieces',
  ),
  'PP-03': at(
    [
      { file: 'proxy/proxy-header.test.ts', title: '… (PP-01, PP-03)' },
      { file: 'proxy/proxy-protocol.test.ts', title: 'no header (PP-03)' },
    ],
    'bytes that are not a header',
  ),
  'PP-04': at(
    [{ file: 'proxy/proxy-protocol.test.ts', title: 'a peer that is not trusted (PP-04)' }],
    'which peers may send a header',
  ),
  'PP-05': at(
    [{ file: 'proxy/proxy-protocol.test.ts', title: 'half a header, then no bytes (PP-05)' }],
    'the time that podway waits',
  ),
  'H2-66': at(
    [
      {
        file: 'proxy/http2-held.test.ts',
        title: 'padded DATA, each frame in two reads, to a pod that takes no more, … (H2-66)',
      },
    ],
    'how podway reads: each half of a frame in a separate read',
  ),
  'H2-69': at(
    [
      {
        file: 'http2/session-limits.test.ts',
        title: 'one PING of the … for each DATA frame of the … is not a flood (H2-69)',
      },
    ],
    'thousands of round trips, without sockets',
  ),
  'H2-70': at(
    [
      {
        file: 'http2/session-limits.test.ts',
        title: 'bytes held from one-byte frames need at most ten times their size in memory (H2-70)',
      },
    ],
    'the memory of a million frames',
  ),
  'H2-71': at(
    [
      {
        file: 'proxy/http2-held.test.ts',
        title: 'bytes that arrive before the connection to the pod are all counted (H2-71)',
      },
      {
        file: 'proxy/http2-held.test.ts',
        title: 'requests that wait for their pod are ended to free memory for the next request (H2-71)',
      },
    ],
    'an HTTP/2 pod that has not begun yet',
  ),
  'H2-72': at(
    [
      {
        file: 'proxy/http2-connection.test.ts',
        title: 'each head has its own time, even if every read ends … of the next head (H2-72)',
      },
    ],
    'the time limit of a head, with a clock that the test advances',
  ),
  'H2-74': at(
    [
      {
        file: 'proxy/http2-connection.test.ts',
        title: 'podway stops reading a client that reads no answers, and answers every request later (H2-74)',
      },
    ],
    'which bytes are read and which wait, without the buffers of a kernel',
  ),
  'H2-79': at(
    [
      {
        file: 'proxy/http2-websocket-share.test.ts',
        title:
          'WebSockets on one HTTP/2 connection count in MAX_CONNECTIONS and in the share of their client, also if all open at once (H2-79)',
      },
    ],
    'the others get 503, and another client opens a WebSocket over each protocol',
  ),
  'H2-78': at(
    [
      {
        file: 'proxy/never-indexed.test.ts',
        title: 'never-indexed fields of a client reach an HTTP/2 pod with their mark (H2-78)',
      },
    ],
    'a client and a pod that send and read exactly these representations',
  ),
  'GR-25': at(
    [
      {
        file: 'proxy/never-indexed.test.ts',
        title: 'never-indexed fields of a pod reach an HTTP/2 client with their mark (GR-25)',
      },
    ],
    'a client and a pod that send and read exactly these representations',
  ),
  'H2-75': at(
    [
      {
        file: 'http2/session-limits.test.ts',
        title: 'a second GOAWAY names no higher stream than the first (H2-75)',
      },
    ],
    'both frames',
  ),
  'GR-01': at(
    [
      {
        file: 'proxy/grpc.test.ts',
        title: 'every kind of call has the same result as without the router (GR-01)',
      },
    ],
    'two real gRPC clients, one of them without podway, get the same',
  ),
  'GR-03': at(
    [{ file: 'proxy/grpc.test.ts', title: "the router's own answer is a status of gRPC: … (GR-03)" }],
    'the answer as a real client reads it',
  ),
  'GR-04': at(
    [
      { file: 'proxy/h2c-pods.test.ts', title: 'a pod that …: … (GR-04)' },
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'a request whose stream a pod refuses goes to another pod with its body (GR-04)',
      },
    ],
    'a real HTTP/2 server with faults',
  ),
  'GR-05': at(
    [
      {
        file: 'proxy/grpc.test.ts',
        title: 'after the deadline the pod is freed, and the client gets the status (GR-05)',
      },
    ],
    'the pod gets the end',
  ),
  'GR-06': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'an early response ends its upload, and the connection to the pod stays open (GR-06)',
      },
    ],
    'the upload ends, the connection does not',
  ),
  'GR-08': at(
    [
      {
        file: 'proxy/grpc.test.ts',
        title: 'no call is lost when pods end their connections in turn (GR-08)',
      },
    ],
    'real servers that send GOAWAY',
  ),
  'GR-09': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title:
          "requests share a connection, and podway opens a second connection above the pod's maximum number of streams (GR-09)",
      },
    ],
    'the SETTINGS of the pod apply',
  ),
  'GR-10': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title:
          'trailers reach a client that requests them, without fields that are not allowed there (GR-10)',
      },
    ],
    'trailers at the end of chunks',
  ),
  'GR-11': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'a request for a pod without HTTP/2 goes to a pod with HTTP/2, even a POST (GR-11)',
      },
    ],
    'the failure counts as a failed connect',
  ),
  'GR-12': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'a truncated upload never looks complete to the pod (GR-12)',
      },
    ],
    'the end of the body at the pod',
  ),
  'GR-13': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'a POST that a pod first refused and then received is not sent again (GR-13)',
      },
    ],
    'the requests at the pod',
  ),
  'GR-14': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'repeated fields of a client reach the pod unchanged (GR-14)',
      },
    ],
    'the requests at the pod',
  ),
  'GR-15': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'a connection on which the pod sends no SETTINGS in time is replaced (GR-15)',
      },
    ],
    'how long the connection is kept',
  ),
  'GR-16': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'an HTTP/2 pod cannot open a WebSocket, regardless of its answer to the handshake (GR-16)',
      },
    ],
    'an HTTP/2 client of an HTTP/2 pod',
  ),
  'GR-17': at(
    [
      {
        file: 'proxy/h2c-pods.test.ts',
        title: 'a pod that sends GOAWAY and never closes its connection delays no other request (GR-17)',
      },
    ],
    'connections that stay open',
  ),
  'GR-18': at(
    [
      {
        file: 'proxy/collected-sessions.test.ts',
        title: 'pods that disconnect after half of a response head, with an upload unread (GR-18)',
      },
    ],
    'Node aborts the process when it frees a session before its streams',
  ),
  'GR-19': at(
    [
      {
        file: 'proxy/http2-held.test.ts',
        title:
          'a client cancels while the end of a complete response waits for it: the stream to the pod is released (GR-19)',
      },
    ],
    'the same connection carries the next stream, and the drain ends',
  ),
  'GR-20': at(
    [
      {
        file: 'proxy/http2-held.test.ts',
        title: 'a pod that opens its window in small steps holds uploads back (GR-20)',
      },
    ],
    'a pod that sends exactly these frames',
  ),
  'GR-21': at(
    [
      {
        file: 'proxy/http2-held.test.ts',
        title:
          'a pod sends GOAWAY: streams that it refuses go to another connection, without retries of failures (GR-21)',
      },
    ],
    'the requests of each connection',
  ),
  'GR-24': at(
    [
      {
        file: 'proxy/http2-held.test.ts',
        title:
          'a pod sends GOAWAY that refuses no stream: open streams are completed, later ones go to another connection (GR-24)',
      },
    ],
    'the requests of each connection',
  ),
  'GR-22': at(
    [
      {
        file: 'proxy/http2-held.test.ts',
        title:
          'a gRPC response with vary: … that END_STREAM ends without trailers is truncated for the client (GR-22)',
      },
    ],
    'a pod that sends exactly these frames',
  ),
  'GR-23': at(
    [
      {
        file: 'http2/session-limits.test.ts',
        title: 'responses to cancelled requests do not end the connection (GR-23)',
      },
      {
        file: 'http2/session-limits.test.ts',
        title: 'the rate of malformed responses ends a connection, not their total number (GR-23)',
      },
    ],
    'thousands of streams, without sockets',
  ),
};

export const ELSEWHERE: Readonly<Record<string, CoveredElsewhere>> = {
  ...READING,
  ...AMOUNTS,
  ...KUBERNETES,
  ...PROCESS,
  ...TERMINALS,
  ...BROWSERS,
  ...QUERYARGS,
  ...API_PROXY,
  ...LOCAL,
  ...PROTOCOLS,
  ...TLS,
  ...HTTP2,
  ...TUNNELS,
  ...WORDS,
  ...DRAINS,
  ...GATES,
  ...TRACES,
  ...GRANTS,
  ...OPERATORS,
  ...REWRITES,
  ...CORS,
  ...BALANCE,
};

/**
 * Rows with a case here and a long run in another file, since that takes minutes, thousands of rounds or other
 * programs.
 */
export const AT_LENGTH: Readonly<Record<string, readonly Pointer[]>> = {
  'TL-07': [
    {
      file: 'inventory/certificate-search.test.ts',
      title:
        'after any changes in any order, every host is served and reported as the rule requires (TL-07, TL-13)',
    },
  ],
  'TL-08': [
    {
      file: 'inventory/certificate-rule.test.ts',
      title: 'clients that name an unknown host, an address or no host get the default (TL-08)',
    },
  ],
  'TL-09': [{ file: 'inventory/certificate-rule.test.ts', title: 'no certificate at all (TL-09)' }],
  'K8-15': [
    {
      file: 'cluster/watch-lines.test.ts',
      title: 'lines are the same for any split of the bytes, also within a UTF-8 sequence (K8-15)',
    },
  ],
  'K8-17': [
    {
      file: 'long/large-list.long.ts',
      title:
        '… pods, and the seventh page of a list fails: the table is never partial and never shrinks (K8-17)',
    },
  ],
  'K8-24': [
    {
      file: 'long/address-reuse.long.ts',
      title:
        'an address that moves … times to a pod of another namespace gets no request for the old pod (K8-24, UF-40)',
    },
  ],
  'K8-33': [
    {
      file: 'cluster/tls.test.ts',
      title: 'HTTPS and HTTP/2 with a CA and a client certificate that is rotated (K8-33)',
    },
  ],
  'PR-01': [
    {
      file: 'long/sigterm.long.ts',
      title: 'SIGTERM … times under … requests a second fails no request (PR-01, PR-18)',
    },
  ],
  'PR-05': [
    {
      file: 'long/descriptors.long.ts',
      title: '… descriptors, … clients, MAX_CONNECTIONS=…: served, shed, recovered (PR-05)',
    },
  ],
  'TT-16': [
    {
      file: 'terminal/tickets.test.ts',
      title:
        'of a hundred thousand guesses no guess is right and few are checked, and tickets are valid again soon (TT-16)',
    },
  ],
  'PR-10': [
    {
      file: 'control/worker-threads.test.ts',
      title:
        'two workers share the port, and both drain; a killed worker is replaced and gets the whole table, while connections of the other worker continue (PR-10)',
    },
    {
      file: 'long/worker-crash.long.ts',
      title:
        'a worker that crashes under load loses only its requests in flight, and is replaced within a second (PR-10)',
    },
  ],
  'PR-11': [
    {
      file: 'long/blocked-log.long.ts',
      title: 'while the log is not read, no request fails and memory stays bounded (PR-11)',
    },
  ],
};
