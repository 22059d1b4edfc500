import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** What the first bytes of a connection are in the PROXY protocol (HAProxy's proxy-protocol.txt, versions 1 and 2). */
export type ProxyHeader =
  /** The bytes may become a header: more must come. */
  | { readonly type: 'part' }
  /**
   * A whole header of `length` bytes. `source` is the client's IP address; undefined if the load balancer opened the
   * connection for itself, or if the header contains no address of a TCP connection.
   */
  | { readonly type: 'whole'; readonly length: number; readonly source: string | undefined }
  | { readonly type: 'wrong' };

const INCOMPLETE: ProxyHeader = { type: 'part' };
const INVALID: ProxyHeader = { type: 'wrong' };

const V1_SIGNATURE = Buffer.from('PROXY ', 'latin1');
/** Maximum size of a line of version 1 with its CRLF, in bytes (section 2.1). */
const MAX_LINE_BYTES = 107;
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** Size of signature, version and command, family and transport, and length, in bytes (section 2.2). */
const V2_HEAD_BYTES = 16;
/** Maximum size of addresses and TLVs, in bytes. Load balancers send a few hundred; the length field allows 65,535. */
const MAX_REST_BYTES = 4_096;

/** Maximum size of a header, in bytes. */
export const MAX_HEADER_BYTES = V2_HEAD_BYTES + MAX_REST_BYTES;

/** @param bytes all bytes that have come so far, at least one */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (bytes[0] === V2_SIGNATURE[0]) return beginsLike(bytes, V2_SIGNATURE) ? binary(bytes) : INVALID;
  return beginsLike(bytes, V1_SIGNATURE) ? line(bytes) : INVALID;
}

/** Compares the bytes that both have. */
function beginsLike(bytes: Buffer, signature: Buffer): boolean {
  const common = Math.min(bytes.length, signature.length);
  return bytes.compare(signature, 0, common, 0, common) === 0;
}

function line(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, MAX_LINE_BYTES).indexOf('\n');
  if (end === -1) return bytes.length < MAX_LINE_BYTES ? INCOMPLETE : INVALID;
  if (bytes[end - 1] !== 0x0d) return INVALID;
  const text = bytes.toString('latin1', V1_SIGNATURE.length, end - 1);
  const length = end + 1;
  // The text after UNKNOWN has no meaning.
  if (text === 'UNKNOWN' || text.startsWith('UNKNOWN ')) return { type: 'whole', length, source: undefined };
  const [family, source = '', destination = '', ...ports] = text.split(' ');
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : undefined;
  if (isAddress?.(source) !== true || !isAddress(destination)) return INVALID;
  if (ports.length !== 2 || !ports.every(isPort)) return INVALID;
  return { type: 'whole', length, source: canonical(source) };
}

/** An address without a zone: a zone has a meaning only on the sender's machine. */
function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

const LOCAL = 0x20;
const PROXY = 0x21;

/** By family and transport: the size of both addresses and ports, and for TCP the size of one address; in bytes. */
const TRANSPORTS: Readonly<Record<number, { readonly size: number; readonly tcp?: 4 | 16 }>> = {
  0x00: { size: 0 },
  0x11: { size: 12, tcp: 4 },
  0x12: { size: 12 },
  0x21: { size: 36, tcp: 16 },
  0x22: { size: 36 },
  0x31: { size: 216 },
  0x32: { size: 216 },
};

function binary(bytes: Buffer): ProxyHeader {
  if (bytes.length < V2_HEAD_BYTES) return INCOMPLETE;
  const command = bytes.readUInt8(12);
  const transport = TRANSPORTS[bytes.readUInt8(13)];
  const rest = bytes.readUInt16BE(14);
  if ((command !== LOCAL && command !== PROXY) || transport === undefined || rest > MAX_REST_BYTES)
    return INVALID;
  // The sender of LOCAL may leave out the addresses, and the receiver ignores them (section 2.2).
  if (command === PROXY && rest < transport.size) return INVALID;
  const length = V2_HEAD_BYTES + rest;
  if (bytes.length < length) return INCOMPLETE;
  const { tcp } = transport;
  const source =
    command === LOCAL || tcp === undefined
      ? undefined
      : addressAt(bytes.subarray(V2_HEAD_BYTES, V2_HEAD_BYTES + tcp));
  return { type: 'whole', length, source };
}

function addressAt(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  return canonical((address.toString('hex').match(/.{4}/g) ?? []).join(':'));
}

/**
 * As the kernel writes the address. An IPv4-mapped one, which a sender uses if its two sides have different families,
 * becomes IPv4.
 */
function canonical(address: string): string {
  if (isIPv4(address)) return address;
  const { address: text } = new SocketAddress({ address, family: 'ipv6' });
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
}
