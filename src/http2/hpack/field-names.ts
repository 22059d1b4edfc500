import {
  INDEXED,
  integerOctets,
  NEVER_INDEXED,
  stringOctets,
  WITH_INDEXING,
  WITHOUT_INDEXING,
} from './octets.ts';
import { STATIC_FIELDS } from './static-table.ts';

/** Prepared encodings of a field name, for all connections. Each character is one octet. */
export interface KnownName {
  /** The octet that encodes name and value, by value, for values of the static table; undefined: the table has no value of this name. */
  readonly values: ReadonlyMap<string, string> | undefined;
  /** The octets before the value of a field that does not become an entry. */
  readonly literal: string;
  /** The octets before the value of a field that becomes an entry. */
  readonly entry: string;
  /** The name is in the static table, so a field can refer to it there. */
  readonly isStatic: boolean;
  /** Octets of the name. */
  readonly length: number;
  /** The place of the name in REPEATED_NAMES; -1: fields of this name never become entries. */
  readonly place: number;
}

/**
 * Names of fields that become entries of the dynamic table, because consecutive requests or responses have equal values: they
 * describe the software (`server`), a policy (`cache-control`, `access-control-*`), a client (`user-agent`) or a moment (`date`).
 * Fields that describe one resource or request (`:path`, `content-length`, `etag`, `last-modified`, `location`, `referer`, ids,
 * `traceparent`) are not among them: each would evict a useful entry. The most frequent names are first: the lists of an encoder are
 * as long as the place of the last name that it has used.
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
 * Names of fields with secrets. They are encoded as never indexed, so no proxy on the way puts them into a table: with a table, the
 * length of a block would show an attacker whether a guess of the value is right (RFC 7541 section 7.1.3).
 */
export const SECRET_NAMES: ReadonlySet<string> = new Set(
  (
    'authorization proxy-authorization cookie set-cookie api-key apikey cf-access-jwt-assertion private-token ' +
    'x-access-token x-amz-security-token x-api-key x-api-token x-auth-token x-csrf-token x-csrftoken ' +
    'x-forwarded-access-token x-goog-api-key x-goog-iap-jwt-assertion x-routing-api-key x-session-token x-vault-token ' +
    'x-xsrf-token'
  ).split(' '),
);

const STATIC_NAMES: readonly string[] = STATIC_FIELDS.filter((_, at) => at % 2 === 0);

/** All known names, by name in lower case. */
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
    // Entries without a value only provide their name.
    if (other === name && value !== '') values.set(value, integerOctets(INDEXED, at + 1));
  }
  return values.size === 0 ? undefined : values;
}
