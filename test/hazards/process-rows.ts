/** Events of the process: group PR of the catalogue, as data. */
import {
  asks,
  begins,
  finishes,
  exceedsConnectionLimit,
  isCut,
  keeps,
  logs,
  metric,
  type ProcessRow,
  readyAgain,
  refusesConnections,
  served,
  signal,
  unready,
} from './process-row.ts';
import { sampleOf } from '../fixtures/wide.ts';

const DRAINING = 'draining';

export const ENDS: readonly ProcessRow[] = [
  ...sampleOf(['SIGTERM', 'SIGINT'] as const, 1).map(
    (name): ProcessRow => ({
      name: `${name}: not ready immediately, serving for DRAIN_DELAY, then only running exchanges; exit 0 (PR-01)`,
      env: { DRAIN_DELAY: '500ms', DRAIN_TIMEOUT: '20s' },
      steps: [
        served('/before'),
        begins,
        signal(name),
        unready(DRAINING),
        served('/late'),
        refusesConnections,
        finishes,
      ],
      code: 0,
      logged: [/"cut":0,"msg":"drained"/],
      received: ['/before', '/held', '/late'],
    }),
  ),
  {
    name: 'after the drain timeout, running exchanges are aborted and counted, and the exit code is 0 nevertheless (PR-03)',
    env: { DRAIN_TIMEOUT: '100ms' },
    steps: [begins, begins, signal('SIGTERM'), isCut],
    code: 0,
    logged: [/"cut":2,"msg":"drained"/],
    received: ['/held', '/held'],
  },
  {
    name: 'SIGTERM while idle: the process ends immediately after DRAIN_DELAY, with and without kept connections (PR-02)',
    env: { DRAIN_DELAY: '300ms', DRAIN_TIMEOUT: '1h', KEEPALIVE_TIMEOUT: '1h' },
    steps: [keeps(2), signal('SIGTERM'), unready(DRAINING)],
    code: 0,
    logged: [/"cut":0,"msg":"drained"/],
    received: ['/kept', '/kept'],
  },
  ...sampleOf(
    [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const,
    1,
  ).map(
    ([name, code]): ProcessRow => ({
      name: `a second signal, ${name}: the process ends immediately, with ${code} (PR-03)`,
      env: { DRAIN_DELAY: '1h' },
      steps: [begins, signal('SIGTERM'), unready(DRAINING), signal(name)],
      code,
      logged: [/"msg":"a second signal ends the process at once"/],
    }),
  ),
  {
    name: 'SIGHUP, SIGPIPE, SIGUSR1 and SIGUSR2 neither end podway nor start the inspector (PR-04)',
    steps: [
      ...(['SIGHUP', 'SIGPIPE', 'SIGUSR1', 'SIGUSR2'] as const).flatMap((name) => [
        signal(name),
        logs(new RegExp(`"signal":"${name}","msg":"ignored"`)),
      ]),
      served('/after'),
      signal('SIGTERM'),
    ],
    code: 0,
    received: ['/after'],
  },
];

/** Code that runs first in every thread of the process: the faults are real, and only their cause is injected. */
function injected(code: string): { NODE_OPTIONS: string } {
  const program = `import { isMainThread, threadId } from 'node:worker_threads';${code}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
}

const LETHAL = [
  ['uncaught error', 'throw new Error("boom")'],
  ['unhandled rejection', 'Promise.reject(new Error("boom"))'],
] as const;

/** On SIGUSR2 the first worker throws. */
const WORKER_DIES = `
  const channel = new BroadcastChannel('fault');
  channel.unref();
  if (isMainThread) process.on('SIGUSR2', () => channel.postMessage('boom'));
  else if (threadId === 1) channel.onmessage = () => { throw new Error('boom'); };`;

export const FAULTS: readonly ProcessRow[] = [
  ...sampleOf(LETHAL, 1).map(
    ([name, fault]): ProcessRow => ({
      name: `an ${name} in the main thread: logged, running exchanges finish, exit 1 (PR-09)`,
      env: {
        ...injected(`process.on('SIGUSR2', () => { ${fault}; });`),
        DRAIN_DELAY: '1h',
        DRAIN_TIMEOUT: '1h',
      },
      // The main thread reports `draining` before the worker has the message: the closed listener shows that it has.
      steps: [begins, signal('SIGUSR2'), unready(DRAINING), refusesConnections, finishes],
      code: 1,
      logged: [/"level":"fatal".*boom/],
      received: ['/held'],
    }),
  ),
  {
    name: 'one of two workers dies: it is replaced, and requests are served (PR-10)',
    env: { ...injected(WORKER_DIES), WORKERS: '2' },
    steps: [
      served('/before'),
      signal('SIGUSR2'),
      metric('podway_worker_restarts_total', 1),
      readyAgain,
      ...Array.from({ length: 8 }, () => served('/after')),
      signal('SIGTERM'),
    ],
    code: 0,
    logged: [/"level":"error".*"worker":0.*boom.*"msg":"a worker died and is being replaced"/],
    received: ['/before', ...Array.from({ length: 8 }, () => '/after')],
  },
  {
    name: 'workers that die one after the other: one line, exit 1 (PR-10)',
    env: {
      ...injected(`if (!isMainThread) setTimeout(() => { throw new Error('boom'); }, 20);`),
      WORKERS: '2',
    },
    code: 1,
    stderr: [/^podway: workers die one after the other, the last one with: boom$/],
  },
];

const LONG = `/${'x'.repeat(7_500)}`;

/** More lines, of some 8 KiB each, than a pipe (64 KiB), a socket (about 200 KiB) and the backlog (1 MiB) hold. */
const LINES = 200;
const UNREAD = {
  env: { ACCESS_LOG: 'json', UNKNOWN_HOST: '404' },
  steps: [
    asks(LINES, LONG, { host: 'unknown.local' }, 404),
    metric('podway_access_log_lines_dropped_total', 1),
    served('/after'),
    signal('SIGTERM'),
  ],
  code: 0,
  received: ['/after'],
} as const;

export const SHORTAGES: readonly ProcessRow[] = [
  {
    name: '256 descriptors and 400 clients: the first clients are served, the others closed, and later clients served again (PR-05)',
    launcher: ['prlimit', '--nofile=256'],
    steps: [
      keeps(1),
      exceedsConnectionLimit(400, 64),
      metric('podway_downstream_connections_shed_total', 1),
      served('/after'),
      signal('SIGTERM'),
    ],
    code: 0,
    received: ['/kept', '/kept', '/after'],
  },
  {
    name: 'with an unread socket as stdout requests are served, and lines are dropped and counted (PR-11)',
    unread: 'socket',
    ...UNREAD,
  },
  { name: 'the same with an unread pipe as stdout (PR-11)', unread: 'pipe', ...UNREAD },
];

export const REFUSED_STARTS: readonly ProcessRow[] = [
  {
    name: 'bad settings: one line for each, exit 2 (PR-14)',
    env: { PORT: 'abc', API_KEY_SECRET_LOCATION: 'x', CLIENT_MAX_BODY_SIZE: '5x', WORKERS: '0' },
    code: 2,
    stderr: [
      /^podway: API_KEY_SECRET_LOCATION="x": expected /,
      /^podway: PORT="abc": expected /,
      /^podway: CLIENT_MAX_BODY_SIZE="5x": expected /,
      /^podway: WORKERS="0": expected /,
    ],
  },
  ...sampleOf(['PORT', 'ADMIN_PORT'] as const, 1).map(
    (occupiedPortSetting): ProcessRow => ({
      name: `${occupiedPortSetting} in use: one line with the reason and one with a free port, exit 2 (PR-14)`,
      occupiedPortSetting,
      code: 2,
      stderr: [
        new RegExp(
          `^podway: cannot listen on 127\\.0\\.0\\.1 port \\d+ \\(${occupiedPortSetting}\\): it is already in use$`,
        ),
        new RegExp(`^podway: free at the moment: ${occupiedPortSetting}=\\d+$`),
      ],
    }),
  ),
];
