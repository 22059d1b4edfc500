import { isIP } from 'node:net';
import { type ForwardedPort, parseForwardedPort } from '../../podstream/targets/forwarded-port.ts';
import { parseTarget, selectorTarget, type Target } from '../../podstream/targets/target.ts';
import { printable } from '../../wiring/rejection.ts';
import type { KubeconfigFlags } from '../chosen-kubeconfig.ts';
import { parseFlags } from '../flags.ts';
import { readFlag } from './forward-flags.ts';

/** The arguments of `podway port-forward`. */
export interface ForwardArguments extends KubeconfigFlags {
  readonly target: Target;
  /** At least one. */
  readonly ports: readonly ForwardedPort[];
  /** Undefined: the namespace of the context. */
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  readonly addresses: readonly string[];
  /** Maximum time that a connection waits for a pod, in milliseconds. */
  readonly wait: number;
  readonly maxConnections: number;
  readonly verbose: boolean;
}

const OPTIONS = {
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  selector: { type: 'string', short: 'l' },
  address: { type: 'string', multiple: true },
  wait: { type: 'string' },
  'max-connections': { type: 'string' },
  verbose: { type: 'boolean', short: 'v' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Problem = { readonly problem: string };

/** Reads the arguments after the command's name. */
export function readForwardArguments(args: readonly string[]): ForwardArguments | Problem | 'help' {
  const parsed = parseFlags(args, OPTIONS);
  if (typeof parsed === 'string') return { problem: parsed };
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const requested = readRequested(values.selector, positionals);
  if ('problem' in requested) return requested;
  const allNamespaces = values['all-namespaces'] === true;
  const { target } = requested;
  if (allNamespaces && 'name' in target)
    return { problem: 'expected -n for a name, -A is for routes and -l' };
  if (allNamespaces && values.namespace !== undefined) return { problem: 'expected one of -n and -A' };
  const addresses = readAddresses(values.address ?? ['localhost']);
  if ('problem' in addresses) return addresses;
  const [wait, most] = [readFlag('wait', values.wait), readFlag('maxConnections', values['max-connections'])];
  if ('problem' in wait) return wait;
  if ('problem' in most) return most;
  return {
    ...requested,
    ...addresses,
    allNamespaces,
    namespace: values.namespace,
    wait: wait.value,
    maxConnections: most.value,
    verbose: values.verbose === true,
    context: values.context,
    kubeconfig: values.kubeconfig,
  };
}

/** Reads the target and its ports. Only a route may have none. */
function readRequested(
  selector: string | undefined,
  positionals: readonly string[],
): Pick<ForwardArguments, 'target' | 'ports'> | Problem {
  const [first, ...others] = positionals;
  if (selector === undefined && first === undefined) return { problem: 'expected a target or -l' };
  const read = selector === undefined ? parseTarget(first ?? '') : selectorTarget(selector);
  if ('problem' in read) return read;
  const { target } = read;
  const isRoute = target.kind === 'route';
  const texts = selector === undefined ? others : positionals;
  if (texts.length === 0 && !isRoute)
    return { problem: `expected at least one [LOCAL:]REMOTE${routeHint(target)}` };
  const ports: ForwardedPort[] = [];
  for (const text of texts.length === 0 ? [''] : texts) {
    const port = parseForwardedPort(text, isRoute);
    if ('problem' in port) return port;
    ports.push(port.port);
  }
  return { target, ports };
}

/** Names of pods may contain dots, so a host without a path reads as the name of a pod. */
function routeHint(target: Target): string {
  return target.kind === 'pod' && target.name.includes('.') ? ` (a route is HOST/PATH: ${target.name}/)` : '';
}

function readAddresses(texts: readonly string[]): { readonly addresses: readonly string[] } | Problem {
  const addresses = new Set<string>();
  for (const text of texts.flatMap((it) => it.split(','))) {
    if (text === 'localhost') addresses.add('127.0.0.1').add('::1');
    else if (isIP(text) !== 0) addresses.add(text);
    else return { problem: `expected IP addresses or localhost for --address, not ${printable(text)}` };
  }
  return { addresses: [...addresses] };
}
