import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';

/*
 * Makes a self-signed certificate with Node's crypto module: DER (ITU-T X.690) of RFC 5280 section 4.1. A library would add
 * fifteen packages to every image, and only the demo would use them.
 */

const [INTEGER, BITS, OCTETS, OID, TEXT, TIME] = [0x02, 0x03, 0x04, 0x06, 0x0c, 0x17];
const [SEQUENCE, SET] = [0x30, 0x31];
const [VERSION, EXTENSIONS] = [0xa0, 0xa3];
/** Tags of names (RFC 5280 section 4.2.1.6). */
const [DNS_NAME, IP_ADDRESS] = [0x82, 0x87];

const ECDSA_WITH_SHA256 = element(SEQUENCE, element(OID, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = element(OID, Buffer.from('550403', 'hex'));
const ALTERNATIVE_NAMES = element(OID, Buffer.from('551d11', 'hex'));

const DAY = 24 * 3_600_000;
const DAYS = 30;

export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate and its key in PEM for these hosts and addresses, valid for a month from `now` on. */
export function selfSigned(names: readonly string[], now = Date.now()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const name = element(
    SEQUENCE,
    element(SET, element(SEQUENCE, COMMON_NAME, element(TEXT, Buffer.from('podway demo')))),
  );
  const content = element(
    SEQUENCE,
    element(VERSION, element(INTEGER, Buffer.of(2))),
    element(INTEGER, Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name,
    element(SEQUENCE, timeOf(now - DAY), timeOf(now + DAYS * DAY)),
    name,
    publicKey,
    element(EXTENSIONS, element(SEQUENCE, alternativeNames(names))),
  );
  const signature = sign('sha256', content, createPrivateKey(privateKey));
  const whole = element(SEQUENCE, content, ECDSA_WITH_SHA256, element(BITS, Buffer.of(0), signature));
  return { certificate: pemOf(whole), key: privateKey };
}

function alternativeNames(names: readonly string[]): Buffer {
  const all = names.map((name) =>
    isIP(name) ? element(IP_ADDRESS, octetsOf(name)) : element(DNS_NAME, Buffer.from(name, 'latin1')),
  );
  return element(SEQUENCE, ALTERNATIVE_NAMES, element(OCTETS, element(SEQUENCE, ...all)));
}

/** The bytes of an address, in network order. */
function octetsOf(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  // The URL parser converts an IPv4 address at the end to hexadecimal.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = [...before, ...zeros, ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** A UTCTime, `YYMMDDHHMMSSZ`, which is correct until 2049 (RFC 5280 section 4.1.2.5.1). */
function timeOf(time: number): Buffer {
  const digits = new Date(time).toISOString().replaceAll(/\D/g, '');
  return element(TIME, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  // DER allows only the shortest form of a length; Go's crypto/x509, which kubectl uses, refuses others.
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), body]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), body]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), body]);
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
