/** Codes, and sizes in bytes, of a ClientHello (RFC 8446 section 4.1.2) and of the headers before it. */
const HANDSHAKE = 0x16;
const CLIENT_HELLO = 0x01;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
const VERSION_AND_RANDOM = 2 + 32;
const SIGNATURE_ALGORITHMS = 13;

/** ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512. */
const ECDSA_SCHEMES = new Set([0x0403, 0x0503, 0x0603]);
/** The suites of TLS 1.3, which work with any key, and the suites of TLS 1.2 for ECDSA that TLS_CIPHERS may contain. */
const ECDSA_SUITES = new Set([
  0x1301, 0x1302, 0x1303, 0x1304, 0x1305, 0xc02b, 0xc02c, 0xcca9, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af, 0xc009,
  0xc00a, 0xc023, 0xc024,
]);

/**
 * Whether a client accepts a certificate with an ECDSA key, as far as its first bytes show: true unless they contain
 * its whole ClientHello and it lacks what is needed. Node selects a context by the name alone, and uses one of its
 * certificates.
 */
export function takesEcdsa(bytes: Buffer): boolean {
  const hello = helloOf(bytes);
  if (hello === undefined) return true;
  let at = VERSION_AND_RANDOM;
  at += 1 + (hello[at] ?? 0);
  const suites = vector(hello, at);
  if (suites === undefined) return true;
  at += 2 + suites.length;
  at += 1 + (hello[at] ?? 0);
  const extensions = vector(hello, at);
  if (extensions === undefined) return true;
  const schemes = extension(extensions, SIGNATURE_ALGORITHMS);
  const offered = schemes === undefined ? undefined : vector(schemes, 0);
  return hasAny(suites, ECDSA_SUITES) && (offered === undefined || hasAny(offered, ECDSA_SCHEMES));
}

/** The body of a ClientHello in one record, or undefined. */
function helloOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < RECORD_HEADER + MESSAGE_HEADER || bytes[0] !== HANDSHAKE) return undefined;
  if (bytes[RECORD_HEADER] !== CLIENT_HELLO) return undefined;
  const start = RECORD_HEADER + MESSAGE_HEADER;
  const end = start + bytes.readUIntBE(RECORD_HEADER + 1, 3);
  const isWhole = end <= RECORD_HEADER + bytes.readUInt16BE(3) && end <= bytes.length;
  return isWhole ? bytes.subarray(start, end) : undefined;
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
