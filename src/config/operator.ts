import { isIP } from 'node:net';
import { flag, grammar, type Grammar, hostList, size, text, whole } from './grammar.ts';
import { isLoopback } from './loopback.ts';
import { setting } from './setting.ts';

/** Settings of the operator listener. */
export const OPERATOR_SETTINGS = {
  operatorPort: setting(
    'OPERATOR_PORT',
    '9909',
    portOr('none'),
    'Port of the operator listener: dashboard, explain, history, tail, routes; `none` = no such listener',
  ),
  operatorAddress: setting(
    'OPERATOR_ADDRESS',
    '127.0.0.1',
    ipAddress(),
    'Address of the operator listener; by default only `kubectl port-forward` can reach it; an address that other machines can reach requires `OPERATOR_TOKEN_FILE`',
  ),
  operatorTokenFile: setting(
    'OPERATOR_TOKEN_FILE',
    '',
    text('the path of a file', /^[^\0]*$/),
    'File with the token that the operator listener requires (`Authorization: Bearer TOKEN`), at least 16 characters; podway reads it again when it changes; empty = the listener requires no token',
  ),
  operatorHosts: setting(
    'OPERATOR_HOSTS',
    '',
    hostList(),
    'Additional host names that the operator listener accepts, as with `ADMIN_HOSTS`',
  ),
  operatorStreams: setting(
    'OPERATOR_STREAMS',
    '16',
    whole(1, 64),
    'Maximum number of concurrent event streams of the operator listener (dashboards and tails)',
  ),
  ownAnswers: setting(
    'OWN_ANSWERS',
    '1000',
    whole(0, 100_000),
    "Number of podway's own responses (4xx, 5xx, closed without a response) that podway remembers for `/answers`, `/tail` and `/explain?id=`; 0 = none",
  ),
  history: setting(
    'HISTORY',
    '1000',
    whole(0, 100_000),
    'Number of changes of the route table that podway remembers for `/history` and `/explain?at=`; 0 = none',
  ),
  historyMemory: setting(
    'HISTORY_MEMORY',
    '8m',
    size('64k', '1g'),
    'Maximum memory for the changes of `HISTORY`; podway forgets the oldest first',
  ),
  adminRoutes: setting(
    'ADMIN_ROUTES',
    'true',
    flag(),
    'Serve `/routes` on the admin listener, too, which other machines can reach',
  ),
} as const;

/** Settings that `operatorListenerProblems` compares. */
interface OperatorListenerConfig {
  readonly operatorPort: number | 'none';
  readonly operatorAddress: string;
  readonly operatorTokenFile: string;
}

/** Contradictions between these settings: the wrong setting, and what is expected. */
export function operatorListenerProblems(
  config: OperatorListenerConfig,
): readonly (readonly [key: 'operatorAddress', expected: string])[] {
  const { operatorPort, operatorAddress, operatorTokenFile } = config;
  if (operatorPort === 'none' || operatorTokenFile !== '' || isLoopback(operatorAddress)) return [];
  return [
    [
      'operatorAddress',
      'a loopback address (127.0.0.0/8 or ::1), or OPERATOR_TOKEN_FILE to be set: the listener describes the cluster',
    ],
  ];
}

/** Number of connections for other requests than event streams; podway reserves descriptors for them. */
const BESIDE_STREAMS = 48;

/** Maximum number of connections of the operator listener, including event streams. */
export function operatorConnections(config: {
  readonly operatorPort: number | 'none';
  readonly operatorStreams: number;
}): number {
  return config.operatorPort === 'none' ? 0 : config.operatorStreams + BESIDE_STREAMS;
}

function portOr(none: 'none'): Grammar<number | 'none'> {
  const port = whole(1, 65_535);
  return grammar(`none or ${port.expects}`, (given) => {
    if (given === none) return none;
    const read = port.schema.safeParse(given);
    return read.success ? read.data : undefined;
  });
}

function ipAddress(): Grammar<string> {
  return grammar('an IPv4 or IPv6 address of this machine', (given) =>
    isIP(given) !== 0 ? given : undefined,
  );
}
