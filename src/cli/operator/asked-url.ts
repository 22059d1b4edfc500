import { domainToASCII } from 'node:url';

/** The parts of a URL as a client would send them: nothing of the path is tidied up, since that may be what is asked about. */
export interface RequestUrl {
  /** Value of Host, with the port if there is one. */
  readonly host: string;
  /** Path and query, percent-encoded where bytes of a request line have to be. */
  readonly target: string;
  readonly secure: boolean;
}

const EXPECTED = 'expected http://HOST/PATH or https://HOST/PATH';

/** Reads a URL, or HOST/PATH, which is one of http. */
export function readRequestUrl(text: string): RequestUrl | { readonly problem: string } {
  const [, scheme = 'http', authority = '', rest = ''] = /^(?:(\w+):\/\/)?([^/?#]*)([^#]*)/.exec(text) ?? [];
  const secure = /^(?:https|wss)$/i.test(scheme);
  if (!secure && !/^(?:http|ws)$/i.test(scheme)) return { problem: EXPECTED };
  if (authority.includes('@')) return { problem: `${EXPECTED}, and credentials with -H @FILE` };
  const host = hostOf(authority);
  if (host === '') return { problem: EXPECTED };
  // A lone half of a pair of UTF-16 has no bytes.
  const path = rest.toWellFormed().replaceAll(/[^\x21-\x7e]+/g, (it) => encodeURIComponent(it));
  return { host, target: path.startsWith('/') ? path : `/${path}`, secure };
}

/** Hosts in other letters are sent as Punycode (RFC 5891). */
function hostOf(authority: string): string {
  if (/^[\x21-\x7e]*$/.test(authority)) return authority;
  const [, name = '', port = ''] = /^(.*?)(:\d*)?$/.exec(authority) ?? [];
  const ascii = domainToASCII(name);
  return ascii === '' ? '' : `${ascii}${port}`;
}
