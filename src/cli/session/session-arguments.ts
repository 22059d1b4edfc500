import { parseArgs } from 'node:util';
import { parseTarget, type Target } from '../../podstream/targets/target.ts';

/** What `podway exec` and `podway attach` are asked to do. */
export interface SessionArguments {
  /** A pod, or what it stands behind. */
  readonly target: Extract<Target, { readonly name: string }>;
  readonly container: string | undefined;
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly stdin: boolean;
  readonly tty: boolean;
  /** What stands behind `--`; empty when nothing does. */
  readonly command: readonly string[];
}

const OPTIONS = {
  container: { type: 'string', short: 'c' },
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  stdin: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type ReadArguments = SessionArguments | { readonly problem: string } | 'help';

/** Reads kubectl's flags. Everything behind the first `--` is the command, as it stands. */
export function readSessionArguments(args: readonly string[]): ReadArguments {
  const at = args.indexOf('--');
  const own = at < 0 ? args : args.slice(0, at);
  const parsed = parse(own.flatMap(withoutValue));
  if (typeof parsed === 'string') return { problem: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const [name, ...more] = positionals;
  if (name === undefined) return { problem: 'expected the name of a pod' };
  if (more.length > 0) return { problem: 'expected one pod, and the command behind --' };
  const read = parseTarget(name);
  if ('problem' in read) return read;
  const { target } = read;
  if (!('name' in target)) return { problem: 'expected a pod, or KIND/NAME with pods behind it' };
  const { container, namespace, context, kubeconfig, stdin = false, tty = false } = values;
  const command = at < 0 ? [] : args.slice(at + 1);
  return { target, container, namespace, context, kubeconfig, stdin, tty, command };
}

/** kubectl's flags have values, too: `--tty=false`. */
function withoutValue(argument: string): string[] {
  const [, flag, value] = /^(--(?:stdin|tty))=(true|false)$/.exec(argument) ?? [];
  if (flag === undefined) return [argument];
  return value === 'true' ? [flag] : [];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : String(error);
  }
}
