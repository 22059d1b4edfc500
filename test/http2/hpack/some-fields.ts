import fc from 'fast-check';

/** Names that the encoder indexes, names that it does not index, names of secrets, and names that it does not know. */
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

/** Values, some of which repeat, so that entries are used; some are large, so that entries are evicted. */
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

/** Visible octets (RFC 9110 section 5.5), including those above 127, between two letters: every peer must accept them and trim none. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...USUAL) },
  { weight: 3, arbitrary: fc.array(fc.integer({ min: 0x21, max: 0xff }), { maxLength: 40 }).map(visible) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 1500 }).map((length) => 'v'.repeat(length)) },
);

function visible(octets: readonly number[]): string {
  return `a${String.fromCharCode(...octets.filter((octet) => octet !== 0x7f))}z`;
}

/** Fields with random values; each name occurs once. */
export const someFields: fc.Arbitrary<[name: string, value: string][]> = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...NAMES), value),
  { selector: ([name]) => name, maxLength: 10 },
);
