import { own, ownArray, ownString, readIdentity } from '../../wiring/json.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { printable } from '../../wiring/rejection.ts';
import { parseSelector } from '../../wiring/selector.ts';
import { type RemotePort, remotePortText } from './forwarded-port.ts';
import type { OwnerKind } from './owners.ts';

/** The fields of an owner that lead to its pods. */
export interface OwnerView extends ObjectId {
  /** A Kubernetes label selector. Undefined: the owner has none, or it is invalid. */
  readonly labelSelector: string | undefined;
  /** The ports of a Service and the ports of its pods that they map to. Undefined: a controller, which has no ports. */
  readonly ports: readonly ServicePort[] | undefined;
}

interface ServicePort {
  readonly name: string | undefined;
  readonly port: number;
  readonly target: RemotePort;
}

/** Reads a Service or a controller. Undefined if it has no valid name. */
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

/** The port of the pods for a port of their owner. A port of a Service maps to a port of its pods. */
export function ownerPodPort(
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

/** The selector as text. That of a Service is a map; that of a controller has `matchLabels` and `matchExpressions`. */
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
