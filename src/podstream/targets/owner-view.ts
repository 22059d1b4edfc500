import { own, ownArray, ownString, readIdentity } from '../../wiring/json.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { printable } from '../../wiring/rejection.ts';
import { parseSelector } from '../../wiring/selector.ts';
import { type RemotePort, remotePortText } from './forwarded-port.ts';
import type { OwnerKind } from './owners.ts';

/** What an object says of the pods behind it. */
export interface OwnerView extends ObjectId {
  /** A Kubernetes label selector; undefined: it selects none, or what it says is no selector. */
  readonly labelSelector: string | undefined;
  /** A Service's ports, and those of its pods that they stand for; a controller has none of its own. */
  readonly ports: readonly ServicePort[] | undefined;
}

interface ServicePort {
  readonly name: string | undefined;
  readonly port: number;
  readonly target: RemotePort;
}

/** Reads a Service or a controller; undefined when it has no usable name. */
export function readOwner(object: unknown, { resource }: OwnerKind): OwnerView | undefined {
  const identity = readIdentity(object);
  if (identity === undefined) return undefined;
  const spec = own(object, 'spec');
  const isService = resource === 'services';
  const text = selectorText(own(spec, 'selector'), isService);
  const isSelector = text !== undefined && text !== '' && 'matches' in parseSelector(text);
  return {
    ...identity,
    labelSelector: isSelector ? text : undefined,
    ports: isService ? ownArray(spec, 'ports').flatMap(readServicePort) : undefined,
  };
}

/** The port of the pods that is meant by a port of their owner: a Service's stands for one of its pods. */
export function behindOwner(
  { ports, namespace, name }: OwnerView,
  remote: RemotePort,
): { readonly remote: RemotePort } | { readonly problem: string } {
  if (ports === undefined || remote.kind === 'route') return { remote };
  const found = ports.find(
    (it) =>
      (remote.kind === 'number' && it.port === remote.port) ||
      (remote.kind === 'name' && it.name === remote.name),
  );
  if (found !== undefined) return { remote: found.target };
  const all = ports.map((it) => (it.name === undefined ? it.port : `${it.port} (${printable(it.name)})`));
  return {
    problem: `service ${namespace}/${name} has no TCP port ${remotePortText(remote)}, only ${all.join(', ') || 'none'}`,
  };
}

/** A Service's selector is a map, a controller's has `matchLabels` and `matchExpressions`. */
function selectorText(selector: unknown, isService: boolean): string | undefined {
  const terms = labelTerms(isService ? selector : own(selector, 'matchLabels'));
  if (isService) return terms.join(',');
  for (const expression of ownArray(selector, 'matchExpressions')) {
    const [key = '', values] = [ownString(expression, 'key'), ownArray(expression, 'values')];
    const list = `(${values.join(',')})`;
    switch (own(expression, 'operator')) {
      case 'In':
        terms.push(`${key} in ${list}`);
        break;
      case 'NotIn':
        terms.push(`${key} notin ${list}`);
        break;
      case 'Exists':
        terms.push(key);
        break;
      case 'DoesNotExist':
        terms.push(`!${key}`);
        break;
      default:
        return undefined;
    }
  }
  return terms.join(',');
}

function labelTerms(labels: unknown): string[] {
  if (typeof labels !== 'object' || labels === null) return [];
  return Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
}

function readServicePort(port: unknown): ServicePort[] {
  const [number, name] = [own(port, 'port'), ownString(port, 'name')];
  if (typeof number !== 'number' || (own(port, 'protocol') ?? 'TCP') !== 'TCP') return [];
  const target = own(port, 'targetPort') ?? number;
  const remote: RemotePort =
    typeof target === 'string' ? { kind: 'name', name: target } : { kind: 'number', port: Number(target) };
  return [{ name, port: number, target: remote }];
}
