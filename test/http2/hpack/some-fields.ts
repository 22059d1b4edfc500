import fc from 'fast-check';

/** Names that tables remember, names that they do not, secrets, and names that no table has. */
const NAMES = [
  'server',
  'content-type',
  'cache-control',
  'vary',
  'user-agent',
  'x-forwarded-for',
  'access-control-allow-origin',
  'accept-encoding',
  'via',
  'etag',
  'content-location',
  'location',
  'set-cookie',
  'authorization',
  'x-api-key',
  'x-request-id',
  'x-some-extension-with-a-name-of-its-own',
  'q',
];

/** Some values again and again, so that tables are of use; some large, so that tables evict. */
const USUAL = [
  'gzip, deflate',
  'text/html; charset=utf-8',
  'no-cache',
  'nginx',
  '*',
  '0',
  'caf\xe9',
  'a=b; Path=/',
];

/** Visible octets (RFC 9110 section 5.5), those above 127 among them, between two letters: no peer may trim or refuse them. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...USUAL) },
  { weight: 3, arbitrary: fc.array(fc.integer({ min: 0x21, max: 0xff }), { maxLength: 40 }).map(visible) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 1500 }).map((length) => 'v'.repeat(length)) },
);

function visible(octets: readonly number[]): string {
  return `a${String.fromCharCode(...octets.filter((octet) => octet !== 0x7f))}z`;
}

/** Names and values, each name once. */
export const someFields: fc.Arbitrary<[name: string, value: string][]> = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...NAMES), value),
  { selector: ([name]) => name, maxLength: 10 },
);
