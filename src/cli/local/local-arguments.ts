import { parseFlags } from '../flags.ts';

/** The arguments of `podway local`. */
export interface LocalArguments {
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  /** Settings that flags set. */
  readonly settings: Readonly<Record<string, string>>;
  readonly allowOrigins: readonly string[];
  /** The command to run when its route is served. */
  readonly command: LocalCommand | undefined;
}

export interface LocalCommand {
  readonly host: string;
  /** Begins with a slash. */
  readonly path: string;
  /** Milliseconds to wait for the route. */
  readonly timeout: number;
  readonly program: string;
  readonly args: readonly string[];
}

const OPTIONS = {
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  port: { type: 'string' },
  'admin-port': { type: 'string' },
  'operator-port': { type: 'string' },
  keys: { type: 'string' },
  'allow-origin': { type: 'string', multiple: true },
  wait: { type: 'string' },
  'wait-timeout': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const SETTINGS = {
  port: 'PORT',
  'admin-port': 'ADMIN_PORT',
  'operator-port': 'OPERATOR_PORT',
  keys: 'KEYS',
} as const;

/** Formats the flag by which the user chooses the port of a setting. */
export function portFlag(setting: string, port: number): string {
  const flag = Object.entries(SETTINGS).find(([, name]) => name === setting)?.[0];
  return flag === undefined ? `${setting}=${port}` : `--${flag} ${port}`;
}

export type ReadLocalArguments = LocalArguments | { readonly problem: string } | 'help';

/** Reads the arguments. All arguments after the first `--` are the command, unchanged. */
export function readLocalArguments(args: readonly string[]): ReadLocalArguments {
  const at = args.indexOf('--');
  const own = at < 0 ? args : args.slice(0, at);
  const parsed = parseFlags(own, OPTIONS);
  if (typeof parsed === 'string') return { problem: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  if (positionals.length > 0) return { problem: 'expected only flags, and a command after --' };
  const allNamespaces = values['all-namespaces'] ?? false;
  if (allNamespaces && values.namespace !== undefined) return { problem: 'expected one of -n and -A' };
  const command = commandOf(values.wait, values['wait-timeout'] ?? '60s', at < 0 ? [] : args.slice(at + 1));
  if (command !== undefined && 'problem' in command) return command;
  const { namespace, context, kubeconfig } = values;
  const settings: Record<string, string> = {};
  for (const [flag, name] of Object.entries(SETTINGS)) {
    const value = values[flag as keyof typeof SETTINGS];
    if (value !== undefined) settings[name] = value;
  }
  const allowOrigins = values['allow-origin'] ?? [];
  return { namespace, allNamespaces, context, kubeconfig, settings, allowOrigins, command };
}

/** Milliseconds of each unit of durations, the same units as in settings. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const MAX_WAIT = 24 * 3_600_000;

function commandOf(
  wait: string | undefined,
  within: string,
  [program, ...args]: readonly string[],
): LocalCommand | { readonly problem: string } | undefined {
  if (wait === undefined && program === undefined) return undefined;
  if (wait === undefined) return { problem: 'expected --wait HOST before a command' };
  if (program === undefined) return { problem: 'expected a command after --, because --wait is set' };
  const [, host = '', path = '/'] = /^([^/?#\s]+)(\/[^?#\s]*)?$/.exec(wait) ?? [];
  if (host === '') return { problem: `expected a host, or a host and a path, for --wait` };
  const [, count = '', unit = 's'] = /^(\d{1,9})(ms|s|m|h)?$/.exec(within) ?? [];
  const timeout = Number(count) * (UNITS[unit] ?? 0);
  if (count === '' || timeout > MAX_WAIT)
    return { problem: 'expected a duration such as 30s or 5m for --wait-timeout, a day at most' };
  return { host: host.toLowerCase(), path, timeout, program, args };
}
