import { type Random, pick } from '../http1/random.ts';
import { base64 } from '../fixtures/manifest.ts';

export const KEY_HEADER = 'X-ROUTING-API-KEY';

/** The fields of a namespace's Secret as plain values; `undefined`: there is no Secret. */
export type SecretFields = Readonly<Record<string, string>> | undefined;

const NAMES = [
  KEY_HEADER,
  KEY_HEADER,
  KEY_HEADER,
  KEY_HEADER.toLowerCase(),
  'X-Routing-Api-Key',
  'x-rOUTING-aPI-kEY',

  'X_ROUTING_API_KEY',
  'X-ROUTING_API-KEY',
  'XROUTINGAPIKEY',
  'X-ROUTING-API-KEY-2',
  'X-ROUTING-API-KE',
  'Cookie',

  'Authorization',
  `${KEY_HEADER} `,
  ` ${KEY_HEADER}`,
  `${KEY_HEADER}\x85`,
  `${KEY_HEADER}\0`,
  'X-Forwarded-For',
];
const BEND: readonly ((key: string, random: Random) => string)[] = [
  (key) => key,
  (key) => key,
  (key) => key,
  (key) => `\t ${key} \t`,
  (key) => `"${key}"`,
  (key) => `${key}, ${key}`,
  (key) => `${key},`,
  (key) => `${key};x`,
  (key) => `${key}=`,
  (key) => key.slice(0, -1),
  (key) => key.slice(1),
  (key) => key.replace(/=+$/, ''),
  (key) => key.toLowerCase(),
  (key) => key.replaceAll('+', '-').replaceAll('/', '_'),
  (key) => atob(key),
  (key) => btoa(`${atob(key)}\n`),
  (key) => btoa(key),
  (key) => `${key}\r\n ${key}`,
  (key) => `${key}\0`,
  (key) => `${key}\x80`,
  (key) => `Bearer ${key}`,
  (key) => key.repeat(40),
  () => '',
  (key, random) => {
    const at = random(key.length + 1);
    return key.slice(0, at) + String.fromCharCode(random(256)) + key.slice(at + random(2));
  },
];

/** Up to three field lines with variants of one of `keys` (plain values, some of which are no longer valid). */
export function keyLines(keys: readonly string[], random: Random): string[] {
  return Array.from({ length: pick([0, 1, 1, 1, 1, 2, 2, 3], random) }, () => {
    const key = base64(Buffer.from(pick(keys, random), 'latin1'));
    const name = pick(NAMES, random);
    const space = pick([' ', ' ', '', '\t', '  '], random);
    return `${name}:${space}${random(3) === 0 ? pick(BEND, random)(key, random) : key}`;
  });
}

/** A sequence of Secrets: with a key, with several keys, with empty keys, without the field, and no Secret. */
export function secretFields(keys: readonly string[], random: Random): SecretFields {
  const [first, second] = [pick(keys, random), pick(keys, random)];
  return pick<SecretFields>(
    [
      { 'api-key': first },
      { 'api-key': first },
      { 'api-key': first, 'api-key.next': second },
      { 'api-key': '', 'api-key.next': second },
      { 'api-key': '' },
      { 'api-key2': first, other: second },
      { 'api-key.': first },
      undefined,
    ],
    random,
  );
}

/** What a namespace accepts according to docs/keys.md alone: `open`, or the header values that are its keys. */
export function acceptedValues(fields: SecretFields): 'open' | readonly string[] {
  if (fields === undefined) return 'open';
  return Object.entries(fields)
    .filter(([name, value]) => /^api-key(\..+)?$/.test(name) && value !== '')
    .map(([, value]) => base64(Buffer.from(value, 'latin1')));
}

/** The value of the only key line; `none`; `several`; or `malformed` if podway must refuse the head in any case. */
export function presented(
  lines: readonly string[],
): { readonly value: string } | 'none' | 'several' | 'malformed' {
  if (!lines.every((line) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~\x80-\xff]*$/.test(line)))
    return 'malformed';
  const values = lines
    .filter((line) => line.slice(0, line.indexOf(':')).toLowerCase() === KEY_HEADER.toLowerCase())
    .map((line) => line.slice(line.indexOf(':') + 1).replace(/^[\t ]+|[\t ]+$/g, ''));
  const [value] = values;
  if (value === undefined) return 'none';
  return values.length > 1 ? 'several' : { value };
}
