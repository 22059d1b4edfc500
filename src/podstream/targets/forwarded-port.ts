import { printable } from '../../wiring/rejection.ts';

/** The requested port of a pod. */
export type RemotePort =
  | { readonly kind: 'number'; readonly port: number }
  /** The name of a container's port, or of a Service's. */
  | { readonly kind: 'name'; readonly name: string }
  /** The port that the annotation declares for the route. */
  | { readonly kind: 'route' };

export interface ForwardedPort {
  /** 0: any free port. */
  readonly local: number;
  readonly remote: RemotePort;
}

export type ReadPort = { readonly port: ForwardedPort } | { readonly problem: string };

/** Names of ports (RFC 6335 section 5.1), with the same rules as in Kubernetes. */
const NAME = /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 15;

/**
 * Reads the forms of kubectl: `LOCAL:REMOTE`, `:REMOTE` (any free local port) and `REMOTE` (the same local port; for a name,
 * any free one). For a route the remote port may be left out: `LOCAL:`, or an empty text.
 */
export function parseForwardedPort(text: string, isRoute: boolean): ReadPort {
  const [first = '', second, ...more] = text.split(':');
  const expected = `expected [LOCAL:]REMOTE${isRoute ? ' or LOCAL:' : ''}, not ${printable(text)}`;
  if (more.length > 0) return { problem: expected };
  const remoteText = second ?? first;
  const remote = remoteText === '' && isRoute ? ({ kind: 'route' } as const) : readRemote(remoteText);
  if (remote === undefined) return { problem: `${expected}: a port is a number from 1 to 65535 or a name` };
  if (second === undefined) return { port: { local: remote.kind === 'number' ? remote.port : 0, remote } };
  const local = first === '' || first === '0' ? 0 : readNumber(first);
  return local === undefined
    ? { problem: `${expected}: the local port is a number from 0 to 65535` }
    : { port: { local, remote } };
}

/** The port in the form that users write. */
export function remotePortText(remote: RemotePort): string {
  switch (remote.kind) {
    case 'number':
      return String(remote.port);
    case 'name':
      return remote.name;
    case 'route':
      return 'of the route';
  }
}

function readRemote(text: string): RemotePort | undefined {
  const port = readNumber(text);
  if (port !== undefined) return { kind: 'number', port };
  return NAME.test(text) && text.length <= MAX_NAME_LENGTH ? { kind: 'name', name: text } : undefined;
}

function readNumber(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
