import { enumeration } from '../enumeration.ts';
import { parseHost } from '../host.ts';
import { POD_PROTOCOLS, type PodProtocol } from './pod-protocols.ts';
import type { Conflict, Option } from './option.ts';

/** The names of gRPC software for HTTP/2 without TLS and over TLS. */
const ALIASES: Readonly<Record<string, PodProtocol>> = Object.assign(Object.create(null), {
  grpc: 'h2c',
  grpcs: 'h2',
});

export const PROTOCOL_OPTIONS = {
  proto: {
    kind: 'guard',
    value: enumeration([...POD_PROTOCOLS, ...Object.keys(ALIASES)], 'or'),
    doc: 'Protocol of the port: HTTP/1.1, also over TLS (`https`, `https-unverified`), or HTTP/2, without TLS (`h2c`, `grpc`) or over TLS (`h2`, `grpcs`). With `https` and `h2` podway verifies the certificate of the pod, which requires `server-name=`; with `https-unverified` it encrypts but does not verify the certificate',
    example: 'proto=grpc',
    read: (value) => {
      const protocol = POD_PROTOCOLS.find((it) => it === (ALIASES[value] ?? value));
      return protocol && { endpoint: { protocol } };
    },
  },
  'server-name': {
    kind: 'guard',
    value: 'a DNS name',
    doc: 'With `proto=https` and `proto=h2`: the name that the certificate must contain. podway also sends it as SNI',
    example: 'server-name=api.internal',
    read: (value) => {
      const serverName = dnsName(value);
      return serverName === undefined ? undefined : { endpoint: { serverName } };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

export const protocolConflict: Conflict = ({ endpoint: { protocol, serverName } }) => {
  const isVerified = protocol === 'https' || protocol === 'h2';
  if (isVerified && serverName === undefined) return `proto=${protocol} without server-name=`;
  if (serverName !== undefined && !isVerified && protocol !== 'https-unverified')
    return 'server-name= without proto=https or proto=h2';
  return undefined;
};

/** The name in lower case; undefined for an address or a wildcard. */
function dnsName(text: string): string | undefined {
  const parsed = parseHost(text);
  if (!('host' in parsed) || parsed.host.startsWith('*')) return undefined;
  return /[a-z][^.]*$/.test(parsed.host) && !parsed.host.startsWith('[') ? parsed.host : undefined;
}
