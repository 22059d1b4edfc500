/** Codes, and sizes in bytes, of a ClientHello (RFC 8446 section 4.1.2) and of the headers before it. */
const HANDSHAKE = 0x16;
const CLIENT_HELLO = 0x01;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
const VERSION_AND_RANDOM = 2 + 32;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const SIGNATURE_ALGORITHMS = 13;
/** ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512. */
const ECDSA_SCHEMES = new Set([0x0403, 0x0503, 0x0603]);
/** The suites of TLS 1.3, which work with any key, and the suites of TLS 1.2 for ECDSA that TLS_CIPHERS may contain. */
const ECDSA_SUITES = new Set([
  0x1301, 0x1302, 0x1303, 0x1304, 0x1305, 0xc02b, 0xc02c, 0xcca9, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af, 0xc009,
  0xc00a, 0xc023, 0xc024,
]);
/** Clients send 0.3 to 2 KiB, and a few KiB more with a ticket that holds their certificate. */
const MAX_HELLO = 16_384;
/** Clients split a ClientHello into more than one record only if it is larger than a record, or as a test. */
const MAX_RECORDS = 8;

/** What podway needs of the first bytes of a TLS client to choose a certificate. */
export interface ClientHello {
  /** False: podway needs more bytes. */
  readonly isComplete: boolean;
  /** The host that the client names (RFC 6066 section 3), in its own spelling; '' if it names none. */
  readonly name: string;
  /** Whether the client accepts a certificate with an ECDSA key. */
  readonly takesEcdsa: boolean;
}

const INCOMPLETE: ClientHello = { isComplete: false, name: '', takesEcdsa: true };
const UNKNOWN: ClientHello = { isComplete: true, name: '', takesEcdsa: true };

/**
 * Reads a ClientHello. Of one that is malformed, larger than 16 KiB, or in more than eight records, nothing is known here:
 * its client gets the default certificate, or the alert of OpenSSL, which reads all of it again.
 */
export function readClientHello(bytes: Buffer): ClientHello {
  const parts: Buffer[] = [];
  let size = 0;
  for (let at = 0; parts.length < MAX_RECORDS; ) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE) return UNKNOWN;
    if (at + RECORD_HEADER > bytes.length) return INCOMPLETE;
    const end = at + RECORD_HEADER + bytes.readUInt16BE(at + 3);
    const part = bytes.subarray(at + RECORD_HEADER, end);
    parts.push(part);
    size += part.length;
    if (size >= MESSAGE_HEADER) {
      const message = parts.length === 1 ? part : Buffer.concat(parts);
      const length = message.readUIntBE(1, 3);
      if (message[0] !== CLIENT_HELLO || length > MAX_HELLO) return UNKNOWN;
      if (size >= MESSAGE_HEADER + length)
        return read(message.subarray(MESSAGE_HEADER, MESSAGE_HEADER + length));
    }
    if (end > bytes.length) return INCOMPLETE;
    at = end;
  }
  return UNKNOWN;
}

function read(hello: Buffer): ClientHello {
  let at = VERSION_AND_RANDOM;
  at += 1 + (hello[at] ?? 0);
  const suites = vector(hello, at);
  if (suites === undefined) return UNKNOWN;
  at += 2 + suites.length;
  at += 1 + (hello[at] ?? 0);
  const extensions = vector(hello, at);
  if (extensions === undefined) return UNKNOWN;
  return { isComplete: true, name: nameOf(extensions), takesEcdsa: takesEcdsa(suites, extensions) };
}

function nameOf(extensions: Buffer): string {
  const list = extension(extensions, SERVER_NAME);
  // OpenSSL refuses a list with more than one name.
  const names = list && vector(list, 0);
  const name = names?.[0] === HOST_NAME ? vector(names, 1) : undefined;
  return name?.toString('latin1') ?? '';
}

function takesEcdsa(suites: Buffer, extensions: Buffer): boolean {
  const schemes = extension(extensions, SIGNATURE_ALGORITHMS);
  const offered = schemes && vector(schemes, 0);
  return hasAny(suites, ECDSA_SUITES) && (offered === undefined || hasAny(offered, ECDSA_SCHEMES));
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

function hasAny(codes: Buffer, accepted: ReadonlySet<number>): boolean {
  for (let at = 0; at + 2 <= codes.length; at += 2) if (accepted.has(codes.readUInt16BE(at))) return true;
  return false;
}
