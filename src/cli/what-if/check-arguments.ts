import type { parseArgs } from 'node:util';
import { nameProblem } from '../../podstream/pod-target.ts';
import { printable } from '../../wiring/rejection.ts';
import type { KubeconfigFlags } from '../chosen-kubeconfig.ts';
import { parseFlags } from '../flags.ts';

/** The arguments of `podway check`. */
export interface CheckArguments extends KubeconfigFlags {
  /** Files, folders, and `-` for stdin. Empty: check the cluster as it is, or the folder MANIFESTS. */
  readonly files: readonly string[];
  readonly recursive: boolean;
  /** Compare the manifests with the cluster. */
  readonly live: boolean;
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  readonly output: 'text' | 'json';
}

const OPTIONS = {
  filename: { type: 'string', short: 'f', multiple: true },
  recursive: { type: 'boolean', short: 'R' },
  live: { type: 'boolean' },
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  output: { type: 'string', short: 'o' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Problem = { readonly problem: string };
type Values = Omit<NonNullable<ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']>, 'help'>;

/** Flags that need --live. */
const CLUSTER_FLAGS = ['all-namespaces', 'context', 'kubeconfig'] as const;

/**
 * Reads the arguments after the command's name.
 *
 * @param formats the values of `-o`, the default first
 */
export function readCheckArguments(
  args: readonly string[],
  formats: readonly string[] = ['text', 'json'],
): CheckArguments | Problem | 'help' {
  const parsed = parseFlags(args, OPTIONS);
  if (typeof parsed === 'string') return { problem: parsed };
  const { help, ...values } = parsed.values;
  if (help === true) return 'help';
  const [stray] = parsed.positionals;
  if (stray !== undefined) return { problem: `expected -f before ${printable(stray)}` };
  const problem = problemOf(values, formats);
  if (problem !== undefined) return { problem };
  return {
    files: values.filename ?? [],
    recursive: values.recursive === true,
    live: values.live === true,
    namespace: values.namespace,
    allNamespaces: values['all-namespaces'] === true,
    output: values.output === 'json' ? 'json' : 'text',
    context: values.context,
    kubeconfig: values.kubeconfig,
  };
}

function problemOf(values: Values, formats: readonly string[]): string | undefined {
  const { filename = [], live = false, namespace, output } = values;
  if (filename.includes('')) return 'expected a file, a folder or - for -f';
  if (filename.filter((it) => it === '-').length > 1) return 'stdin can be read once';
  if (output !== undefined && !formats.includes(output))
    return `expected ${formats.join(' or ')} for -o, not ${printable(output)}`;
  const own = Object.keys(values).filter((it) => it !== 'filename' && it !== 'live');
  const [first] = own;
  if (filename.length === 0 && !live && first !== undefined) return `expected -f or --live with --${first}`;
  const stray = CLUSTER_FLAGS.find((it) => values[it] !== undefined);
  if (!live && stray !== undefined) return `expected --live with --${stray}`;
  if (values.recursive === true && filename.length === 0) return 'expected -f with -R';
  return namespace === undefined ? undefined : nameProblem({ namespace, pod: 'any', container: undefined });
}
