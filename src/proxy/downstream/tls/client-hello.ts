/** Codes, and sizes in bytes, of a ClientHello (RFC 8446 section 4.1.2) and of the headers before it. */
const HANDSHAKE = 0x16;
const CLIENT_HELLO = 0x01;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
const VERSION_AND_RANDOM = 2 + 32;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** Clients send 0.3 to 2 KiB, and a few KiB more with a ticket that holds their certificate. */
const MAX_HELLO = 16_384;
/** Some clients split a ClientHello into records of a few bytes, so that others on the way do not read its name. */
const MAX_RECORDS = 256;

/** The first bytes of a TLS client. */
export interface ClientHello {
  /** False: podway needs more bytes to read the name. */
  readonly isComplete: boolean;
  /** The host that the client names (RFC 6066 section 3), in its own spelling; '' if it names none. */
  readonly name: string;
}

const INCOMPLETE: ClientHello = { isComplete: false, name: '' };
const NAMELESS: ClientHello = { isComplete: true, name: '' };

/**
 * Reads the name of the host from the ClientHello. A hello that is malformed, or exceeds the limits of this file, has no name here:
 * its client gets the default certificate, or the alert of OpenSSL, which reads all of it again.
 *
 * @param bytes all that the client has sent so far
 */
export function readClientHello(bytes: Buffer): ClientHello {
  const parts: Buffer[] = [];
  let size = 0;
  let needed = 0;
  for (let at = 0; parts.length < MAX_RECORDS; ) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE) return NAMELESS;
    if (at + RECORD_HEADER > bytes.length) return INCOMPLETE;
    const end = at + RECORD_HEADER + bytes.readUInt16BE(at + 3);
    const part = bytes.subarray(at + RECORD_HEADER, end);
    parts.push(part);
    size += part.length;
    if (needed === 0 && size >= MESSAGE_HEADER) {
      const start = joined(parts);
      needed = MESSAGE_HEADER + start.readUIntBE(1, 3);
      if (start[0] !== CLIENT_HELLO || needed > MAX_HELLO) return NAMELESS;
    }
    if (needed > 0 && size >= needed) {
      return { isComplete: true, name: nameOf(joined(parts).subarray(MESSAGE_HEADER, needed)) };
    }
    if (end > bytes.length) return INCOMPLETE;
    at = end;
  }
  return NAMELESS;
}

/** Most clients send one record, which needs no copy. */
function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

function nameOf(hello: Buffer): string {
  let at = VERSION_AND_RANDOM;
  at += 1 + (hello[at] ?? 0);
  const suites = vector(hello, at);
  if (suites === undefined) return '';
  at += 2 + suites.length;
  at += 1 + (hello[at] ?? 0);
  const extensions = vector(hello, at);
  const list = extensions && extension(extensions, SERVER_NAME);
  // OpenSSL refuses a list with more than one name.
  const names = list && vector(list, 0);
  const name = names?.[0] === HOST_NAME ? vector(names, 1) : undefined;
  return name?.toString('latin1') ?? '';
}

/** The bytes after a length of two octets; undefined if they are not all there. */
function vector(bytes: Buffer, at: number): Buffer | undefined {
  if (at + 2 > bytes.length) return undefined;
  const end = at + 2 + bytes.readUInt16BE(at);
  return end > bytes.length ? undefined : bytes.subarray(at + 2, end);
}

function extension(extensions: Buffer, type: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extensions.length; ) {
    const data = vector(extensions, at + 2);
    if (data === undefined) return undefined;
    if (extensions.readUInt16BE(at) === type) return data;
    at += 4 + data.length;
  }
  return undefined;
}
