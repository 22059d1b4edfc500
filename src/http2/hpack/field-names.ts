import {
  INDEXED,
  integerOctets,
  NEVER_INDEXED,
  stringOctets,
  WITH_INDEXING,
  WITHOUT_INDEXING,
} from './octets.ts';
import { STATIC_FIELDS } from './static-table.ts';

/** What the encoder knows of a name before there is a connection. */
export interface KnownName {
  /** By value: the octet of the whole field, for values of the static table. */
  readonly values: ReadonlyMap<string, string> | undefined;
  /** What goes before the value of a field that is not remembered. */
  readonly literal: string;
  /** What goes before the value of a new entry. */
  readonly entry: string;
  /** An entry can name an older one instead, which is shorter. */
  readonly isStatic: boolean;
  /** Octets. */
  readonly length: number;
  /** The place of the name among those that may have entries; -1: it has none. */
  readonly place: number;
}

/**
 * Names whose fields are remembered in the dynamic table, because requests or responses in a row have equal values: they are about the
 * software (`server`), a policy (`cache-control`, `access-control-*`), a client (`user-agent`) or a moment (`date`). Not those that are
 * about one resource or request (`:path`, `content-length`, `etag`, `last-modified`, `location`, `referer`, ids, `traceparent`): each
 * would evict an entry that is of use. The most frequent ones first: an encoder keeps lists as long as the last one it has seen.
 */
const REPEATED_NAMES: readonly string[] = (
  ':status :method :authority :scheme date server content-type cache-control vary content-encoding ' +
  'accept-encoding user-agent accept accept-language x-forwarded-for x-forwarded-proto x-forwarded-host ' +
  'strict-transport-security x-content-type-options grpc-status te :protocol accept-charset accept-ranges ' +
  'access-control-allow-credentials access-control-allow-headers access-control-allow-methods ' +
  'access-control-allow-origin access-control-expose-headers access-control-max-age ' +
  'access-control-request-headers access-control-request-method age allow alt-svc content-language ' +
  'content-security-policy cross-origin-embedder-policy cross-origin-opener-policy ' +
  'cross-origin-resource-policy grpc-accept-encoding grpc-encoding origin permissions-policy pragma priority ' +
  'referrer-policy report-to reporting-endpoints sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest ' +
  'sec-fetch-mode sec-fetch-site sec-fetch-user sec-websocket-version timing-allow-origin trailer ' +
  'upgrade-insecure-requests via x-forwarded-port x-forwarded-prefix x-frame-options x-powered-by x-real-ip ' +
  'x-requested-with x-robots-tag x-xss-protection'
).split(' ');

/**
 * Secrets: no proxy on the way puts them into a table either, where the length of a block would show that a guess is right (RFC 7541
 * section 7.1.3).
 */
const SECRET_NAMES: ReadonlySet<string> = new Set(
  (
    'authorization proxy-authorization cookie set-cookie api-key apikey cf-access-jwt-assertion private-token ' +
    'x-access-token x-amz-security-token x-api-key x-api-token x-auth-token x-csrf-token x-csrftoken ' +
    'x-forwarded-access-token x-goog-api-key x-goog-iap-jwt-assertion x-routing-api-key x-session-token x-vault-token ' +
    'x-xsrf-token'
  ).split(' '),
);

const STATIC_NAMES: readonly string[] = STATIC_FIELDS.filter((_, at) => at % 2 === 0);

export const KNOWN_NAMES: ReadonlyMap<string, KnownName> = new Map(
  [...STATIC_NAMES, ...REPEATED_NAMES, ...SECRET_NAMES].map((name) => [name, knownName(name)]),
);

function knownName(name: string): KnownName {
  const index = STATIC_NAMES.indexOf(name) + 1;
  const text = index === 0 ? stringOctets(name) : '';
  return {
    values: staticValues(name),
    literal: integerOctets(SECRET_NAMES.has(name) ? NEVER_INDEXED : WITHOUT_INDEXING, index) + text,
    entry: integerOctets(WITH_INDEXING, index) + text,
    isStatic: index > 0,
    length: name.length,
    place: REPEATED_NAMES.indexOf(name),
  };
}

function staticValues(name: string): Map<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [at, other] of STATIC_NAMES.entries()) {
    const value = STATIC_FIELDS[at * 2 + 1]!;
    // An entry without a value is there for its name.
    if (other === name && value !== '') values.set(value, integerOctets(INDEXED, at + 1));
  }
  return values.size === 0 ? undefined : values;
}
