import { type GuardedResource, GUARDED_RESOURCES } from '../../apiproxy/guarded-path.ts';
import { type QueryMode, QUERY_MODES } from '../../apiproxy/handshake-targets.ts';
import { requestHost } from '../../wiring/host.ts';
import { printable } from '../../wiring/rejection.ts';
import { parseFlags } from '../flags.ts';

/** The arguments of `podway proxy`. */
export interface ProxyArguments {
  readonly address: string;
  readonly port: number;
  /** Path of a Unix socket to listen at instead of address and port. */
  readonly unixSocket: string | undefined;
  /** Begins and ends with a slash. */
  readonly prefix: string;
  /** Accepted values of Host, canonical. */
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  readonly allowed: readonly GuardedResource[];
  readonly passAuth: boolean;
  readonly query: QueryMode;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
}

export type ReadProxyArguments = ProxyArguments | { readonly problem: string } | 'help';

const OPTIONS = {
  port: { type: 'string', short: 'p', default: '8001' },
  address: { type: 'string', default: '127.0.0.1' },
  'unix-socket': { type: 'string', short: 'u' },
  'api-prefix': { type: 'string', default: '/' },
  'accept-hosts': { type: 'string', multiple: true },
  'allow-origin': { type: 'string', multiple: true },
  allow: { type: 'string', multiple: true },
  'pass-auth': { type: 'boolean', default: false },
  query: { type: 'string', default: 'auto' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A flag has a malformed value. */
class BadFlag extends Error {}

export function readProxyArguments(args: readonly string[]): ReadProxyArguments {
  const parsed = parseFlags(args, OPTIONS);
  if (typeof parsed === 'string') return { problem: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const [stray] = positionals;
  if (stray !== undefined) return { problem: `expected only flags, not ${printable(stray)}` };
  try {
    const unixSocket = values['unix-socket'];
    if (unixSocket === '') throw new BadFlag('--unix-socket: expected the path of a file');
    return {
      address: values.address,
      port: portOf(values.port),
      unixSocket,
      prefix: prefixOf(values['api-prefix']),
      hosts: listOf(values['accept-hosts']).map(hostOf),
      origins: listOf(values['allow-origin']).map(originOf),
      allowed: listOf(values.allow).map((it) => oneOf('--allow', it, GUARDED_RESOURCES)),
      passAuth: values['pass-auth'],
      query: oneOf('--query', values.query, QUERY_MODES),
      context: values.context,
      kubeconfig: values.kubeconfig,
    };
  } catch (error) {
    if (!(error instanceof BadFlag)) throw error;
    return { problem: error.message };
  }
}

/** The values of a flag that may be repeated and has commas between values. */
function listOf(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((it) => it.split(',')).filter((it) => it !== '');
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535))
    throw new BadFlag('--port: expected a number from 0 to 65535; 0 is any that is free');
  return port;
}

function prefixOf(text: string): string {
  if (!/^\/(?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*)?$/.test(text))
    throw new BadFlag('--api-prefix: expected a path such as /k8s/, of letters, digits, -, . and _');
  return text.endsWith('/') ? text : `${text}/`;
}

/** A host. kubectl takes regular expressions, but one without anchors matches more hosts than users expect. */
function hostOf(text: string): string {
  const host = requestHost(text);
  if (host === undefined || text.includes('*') || /:\d+$/.test(text.replace(/^\[.*\]/, '')))
    throw new BadFlag(
      `--accept-hosts: expected names or addresses without ports, separated by commas, not ${printable(text)} (regular expressions are not understood)`,
    );
  return host;
}

function originOf(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text)
    throw new BadFlag(
      `--allow-origin: expected an origin such as http://localhost:3000, not ${printable(text)}`,
    );
  return text;
}

function oneOf<T extends string>(flag: string, text: string, known: readonly T[]): T {
  const found = known.find((it) => it === text);
  if (found === undefined)
    throw new BadFlag(`${flag}: expected one of ${known.join(', ')}, not ${printable(text)}`);
  return found;
}
