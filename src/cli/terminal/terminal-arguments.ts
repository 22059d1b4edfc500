import { parseFlags } from '../flags.ts';
import { POD_OPTIONS, type PodArguments, readTarget, splitCommand } from '../session/session-arguments.ts';

/** The arguments of `podway terminal`. */
export interface TerminalArguments extends PodArguments {
  readonly program: 'shell' | 'attach' | { readonly command: readonly string[] };
  readonly readOnly: boolean;
  readonly open: boolean;
}

const OPTIONS = {
  ...POD_OPTIONS,
  attach: { type: 'boolean' },
  readonly: { type: 'boolean' },
  'no-open': { type: 'boolean' },
} as const;

/** Reads the arguments. All arguments after the first `--` are the command, unchanged. */
export function readTerminalArguments(
  args: readonly string[],
): TerminalArguments | { readonly problem: string } | 'help' {
  const { own, command } = splitCommand(args);
  const parsed = parseFlags(own, OPTIONS);
  if (typeof parsed === 'string') return { problem: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const read = readTarget(positionals);
  if ('problem' in read) return read;
  const { container, namespace, context, kubeconfig, attach = false, readonly: readOnly = false } = values;
  if (attach && command.length > 0) return { problem: 'expected a command or --attach, not both' };
  // A shell without input would print nothing.
  const otherwise = attach || readOnly ? 'attach' : 'shell';
  return {
    ...read,
    container,
    namespace,
    context,
    kubeconfig,
    program: command.length > 0 ? { command } : otherwise,
    readOnly,
    open: values['no-open'] !== true,
  };
}
