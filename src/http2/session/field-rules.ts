/*
 * The rules for a well-formed message (RFC 9113 section 8.1.1). podway resets the stream of a malformed message with PROTOCOL_ERROR
 * and forwards no part of it. Lists of fields are names and values in turn, each character one octet.
 */

/** Fields that belong to one HTTP/1.1 connection and are not allowed in HTTP/2 (RFC 9113 section 8.2.2). */
export const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** Characters that a field value must not have: those of RFC 9113 section 8.2.1 and all other controls (RFC 9110 section 5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it finds them
const NOT_IN_VALUES = /[\0-\x08\x0a-\x1f\x7f]/;
const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+\-.]*$/;
const LENGTH = /^\d{1,18}$/;
const COLON = 0x3a;

/** Cache of valid names. Few requests have a name that is not in it. */
const VALID_NAMES = new Set<string>();
const MAX_VALID_NAMES = 1_024;

/** The state of the connection and the stream on which the rules of a request depend. */
interface RequestRules {
  /** The head has END_STREAM. */
  readonly ended: boolean;
  /** This side has offered extended CONNECT (RFC 8441 section 3). */
  readonly connectProtocol: boolean;
}

/** The first rule that a request head breaks, in words; undefined: none. */
export function requestFault(
  fields: readonly string[],
  { ended, connectProtocol }: RequestRules,
): string | undefined {
  const seen = new RequestPseudo(connectProtocol);
  let at = 0;
  for (; at < fields.length && fields[at]!.charCodeAt(0) === COLON; at += 2) {
    const fault = seen.take(fields[at]!, fields[at + 1]!);
    if (fault !== undefined) return fault;
  }
  let length: string | undefined;
  let hosts = 0;
  for (; at < fields.length; at += 2) {
    const [name, value] = [fields[at]!, fields[at + 1]!];
    const fault = fieldFault(name, value);
    if (fault !== undefined) return fault;
    if (name === 'te' && value.toLowerCase() !== 'trailers') return 'te other than trailers';
    if (name === 'host') {
      hosts += 1;
      if (hosts > 1) return 'two hosts';
      if (!isAuthority(value)) return 'a host that is no authority';
    }
    if (name === 'content-length') {
      if (length !== undefined || !LENGTH.test(value)) return 'bad content-length';
      length = value;
    }
  }
  if (ended && length !== undefined && Number(length) > 0) return 'content-length without a body';
  return seen.fault(hosts > 0);
}

/** The first rule that a response head breaks, in words; undefined: none. `ended`: the head has END_STREAM. */
export function responseFault(fields: readonly string[], ended: boolean): string | undefined {
  const [name, status = ''] = fields;
  if (name !== ':status' || !/^[1-9]\d\d$/.test(status)) return 'bad :status';
  if (ended && status.startsWith('1')) return 'an interim response that ends the stream';
  return plainFault(fields, 2);
}

/** The first rule that a trailer section breaks, in words; undefined: none. `ended`: the section has END_STREAM. */
export function trailersFault(fields: readonly string[], ended: boolean): string | undefined {
  if (!ended) return 'trailers without END_STREAM';
  return plainFault(fields, 0);
}

function plainFault(fields: readonly string[], start: number): string | undefined {
  for (let at = start; at < fields.length; at += 2) {
    const fault = fieldFault(fields[at]!, fields[at + 1]!);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function fieldFault(name: string, value: string): string | undefined {
  if (!VALID_NAMES.has(name)) {
    if (!NAME.test(name)) return 'bad field name';
    if (CONNECTION_FIELDS.has(name)) return 'a field of a connection';
    if (VALID_NAMES.size < MAX_VALID_NAMES && name.length < 64) VALID_NAMES.add(name);
  }
  return NOT_IN_VALUES.test(value) ? 'bad field value' : undefined;
}

/** Printable ASCII without the characters that would end an authority or hide another authority in it. */
function isAuthority(text: string): boolean {
  return /^[!$-.0-;=A-Z[\]_a-z~%]*$/.test(text);
}

/** Checks the pseudo fields of one request (RFC 9113 section 8.3.1, RFC 8441 section 4). */
class RequestPseudo {
  readonly #connectProtocol: boolean;
  #method: string | undefined = undefined;
  #scheme: string | undefined = undefined;
  #path: string | undefined = undefined;
  #authority: string | undefined = undefined;
  #protocol: string | undefined = undefined;

  constructor(connectProtocol: boolean) {
    this.#connectProtocol = connectProtocol;
  }

  /** Checks one pseudo field. The rule that it breaks, in words; undefined: none. */
  take(name: string, value: string): string | undefined {
    switch (name) {
      case ':method':
        if (this.#method !== undefined || !METHOD.test(value)) return 'bad :method';
        this.#method = value;
        return undefined;
      case ':scheme':
        if (this.#scheme !== undefined || !SCHEME.test(value)) return 'bad :scheme';
        this.#scheme = value;
        return undefined;
      case ':path':
        if (this.#path !== undefined || !isPath(value)) return 'bad :path';
        this.#path = value;
        return undefined;
      case ':authority':
        if (this.#authority !== undefined || value === '' || !isAuthority(value)) return 'bad :authority';
        this.#authority = value;
        return undefined;
      case ':protocol':
        if (this.#protocol !== undefined || !METHOD.test(value) || !this.#connectProtocol)
          return 'bad :protocol';
        this.#protocol = value;
        return undefined;
      default:
        return 'an unknown pseudo field';
    }
  }

  /** Checks the pseudo fields together: the rule that a missing or an extra one breaks; undefined: none. `hasHost`: there is a `host`. */
  fault(hasHost: boolean): string | undefined {
    const method = this.#method;
    if (method === undefined) return 'no :method';
    const isPlainConnect = method === 'CONNECT' && this.#protocol === undefined;
    if (isPlainConnect) {
      const isBare = this.#scheme === undefined && this.#path === undefined;
      return isBare && this.#authority !== undefined ? undefined : 'bad CONNECT';
    }
    if (this.#protocol !== undefined && method !== 'CONNECT') return ':protocol without CONNECT';
    if (this.#scheme === undefined || this.#path === undefined) return 'a pseudo field is missing';
    if (this.#authority === undefined && (!hasHost || this.#protocol !== undefined)) return 'no authority';
    if (this.#path === '*' && method !== 'OPTIONS') return 'an asterisk without OPTIONS';
    return undefined;
  }
}

/** Checks only the first character, and that no character would end the request line. The HTTP/1.1 parser checks the target further. */
function isPath(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it finds them
  return (text.charCodeAt(0) === 0x2f || text === '*') && !/[\0-\x20\x7f]/.test(text);
}
