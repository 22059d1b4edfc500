import { type NamedTarget, parseNamedTarget } from '../../podstream/targets/target.ts';
import { parseFlags } from '../flags.ts';

/** The container and the cluster that the flags choose. */
export interface PodArguments {
  /** A pod, or an owner of pods. */
  readonly target: NamedTarget;
  readonly container: string | undefined;
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
}

/** The arguments of `podway exec` and `podway attach`. */
export interface SessionArguments extends PodArguments {
  readonly stdin: boolean;
  readonly tty: boolean;
  /** The arguments after `--`; may be empty. */
  readonly command: readonly string[];
}

/** The flags of every command that names a container. */
export const POD_OPTIONS = {
  container: { type: 'string', short: 'c' },
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const OPTIONS = {
  ...POD_OPTIONS,
  stdin: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
} as const;

export type ReadArguments = SessionArguments | { readonly problem: string } | 'help';

/** Reads the flags, which are those of kubectl. All arguments after the first `--` are the command, unchanged. */
export function readSessionArguments(args: readonly string[]): ReadArguments {
  const { own, command } = splitCommand(args);
  const parsed = parseFlags(own.flatMap(withoutValue), OPTIONS);
  if (typeof parsed === 'string') return { problem: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const read = readTarget(positionals);
  if ('problem' in read) return read;
  const { container, namespace, context, kubeconfig, stdin = false, tty = false } = values;
  return { ...read, container, namespace, context, kubeconfig, stdin, tty, command };
}

/** The arguments before the first `--`, and those after it. */
export function splitCommand(args: readonly string[]) {
  const at = args.indexOf('--');
  return at < 0 ? { own: args, command: [] } : { own: args.slice(0, at), command: args.slice(at + 1) };
}

/** The one positional argument. */
export function readTarget(
  positionals: readonly string[],
): Pick<PodArguments, 'target'> | { readonly problem: string } {
  const [name, ...more] = positionals;
  if (name === undefined) return { problem: 'expected the name of a pod' };
  if (more.length > 0) return { problem: 'expected one pod, and the command after --' };
  return parseNamedTarget(name);
}

/** Converts kubectl's form of boolean flags with values, such as `--tty=false`. */
function withoutValue(argument: string): string[] {
  const [, flag, value] = /^(--(?:stdin|tty))=(true|false)$/.exec(argument) ?? [];
  if (flag === undefined) return [argument];
  return value === 'true' ? [flag] : [];
}
