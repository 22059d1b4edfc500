import type { parseArgs } from 'node:util';
import { nameProblem } from '../../podstream/pod-target.ts';
import { parseSelector } from '../../wiring/selector.ts';
import { printable } from '../../wiring/rejection.ts';
import type { KubeconfigFlags } from '../chosen-kubeconfig.ts';
import { parseFlags } from '../flags.ts';

/** Which routers to ask, and how. */
export interface OperatorArguments extends KubeconfigFlags {
  /** The URL of an operator listener; undefined: find pods in the cluster. */
  readonly url: URL | undefined;
  readonly tokenFile: string | undefined;
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  readonly labelSelector: string;
  /** The port of the listener; undefined: OPERATOR_PORT of the pod. */
  readonly port: number | undefined;
  readonly output: Output;
}

export type Output = 'text' | 'wide' | 'json';
export type Problem = { readonly problem: string };

/** The label that the chart gives to its pods. */
const DEFAULT_SELECTOR = 'app.kubernetes.io/name=podway';

/** The flags of all commands that ask operator listeners. */
const COMMON_FLAGS = {
  url: { type: 'string' },
  'token-file': { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  selector: { type: 'string', short: 'l' },
  port: { type: 'string' },
  output: { type: 'string', short: 'o' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The lines of usage for these flags. */
export const COMMON_USAGE = `
  -o, --output FORMAT         text, wide or json; default: text
  -n, --namespace NAME        namespace of the router's pods; default: all, or
                              podway if you may not list all
  -A, --all-namespaces        query the routers of all namespaces together
  -l, --selector SELECTOR     labels of the router's pods; default:
                              ${DEFAULT_SELECTOR}
      --port PORT             port of the operator listener; default:
                              OPERATOR_PORT of the pod, else 9909
      --context NAME          kubeconfig context; default: the current one
      --kubeconfig FILE       default: KUBECONFIG, else ~/.kube/config
      --url URL               URL of an operator listener; then podway does not
                              search for pods in a cluster
      --token-file FILE       file with the token, if the listener requires one;
                              default: PODWAY_OPERATOR_TOKEN_FILE
`;

/** The further flags of one command. */
type OwnOptions = Readonly<
  Record<
    string,
    { readonly type: 'string' | 'boolean'; readonly short?: string; readonly multiple?: boolean }
  >
>;

/** Values of the further flags, by their long names. */
export type OwnFlags = ReadonlyMap<string, readonly string[]>;

export interface ReadArguments {
  readonly common: OperatorArguments;
  readonly flags: OwnFlags;
  readonly positionals: readonly string[];
}

/** Reads the arguments of a command. `own`: its further flags, which all take values. */
export function readOperatorArguments(
  args: readonly string[],
  own: OwnOptions,
  tokenFile: string | undefined,
): ReadArguments | Problem | 'help' {
  const parsed = parseFlags(args, { ...own, ...COMMON_FLAGS });
  if (typeof parsed === 'string') return { problem: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const common = readCommon({ ...(tokenFile && { 'token-file': tokenFile }), ...values });
  if ('problem' in common) return common;
  const flags = new Map(
    Object.keys(own).flatMap((name) => {
      const value = (values as Readonly<Record<string, unknown>>)[name];
      return value === undefined ? [] : [[name, [value].flat().map(String)] as const];
    }),
  );
  return { common, flags, positionals };
}

type Values = ReturnType<typeof parseArgs<{ options: typeof COMMON_FLAGS }>>['values'];

function readCommon(values: Values): OperatorArguments | Problem {
  const { namespace, selector = DEFAULT_SELECTOR, output = 'text', context, kubeconfig } = values;
  const allNamespaces = values['all-namespaces'] === true;
  if (output !== 'text' && output !== 'wide' && output !== 'json')
    return { problem: `expected text, wide or json for -o, not ${printable(output)}` };
  const url = readUrl(values.url);
  if (url !== undefined && 'problem' in url) return url;
  const stray = (['namespace', 'all-namespaces', 'selector', 'port', 'context', 'kubeconfig'] as const).find(
    (it) => values[it] !== undefined,
  );
  if (url !== undefined && stray !== undefined)
    return { problem: `expected one of --url and --${stray}: podway does not search a cluster with --url` };
  if (allNamespaces && namespace !== undefined) return { problem: 'expected one of -n and -A' };
  const misnamed = namespace && nameProblem({ namespace, pod: 'any', container: undefined });
  if (namespace === '' || misnamed) return { problem: misnamed || 'expected a namespace for -n' };
  const labels = parseSelector(selector);
  if ('problem' in labels) return { problem: `malformed selector: ${printable(labels.problem)}` };
  const port = readPort(values.port);
  if (typeof port === 'object') return port;
  const tokenFile = values['token-file'];
  return {
    url,
    tokenFile,
    namespace,
    allNamespaces,
    labelSelector: selector,
    port,
    output,
    context,
    kubeconfig,
  };
}

function readUrl(text: string | undefined): URL | Problem | undefined {
  if (text === undefined) return undefined;
  const expected = { problem: 'expected http://HOST:PORT or https://HOST:PORT for --url' };
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return expected;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return isPlain ? url : expected;
}

function readPort(text: string | undefined): number | Problem | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : { problem: 'expected a port from 1 to 65535 for --port' };
}
