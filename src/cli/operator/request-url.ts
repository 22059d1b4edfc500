import { domainToASCII } from 'node:url';

/** The parts of a URL as a client would send them. The path is not normalized, since the question may be about its form. */
export interface RequestUrl {
  /** Value of the Host header, with the port if the URL has one. */
  readonly host: string;
  /** Path and query. Characters that a request line cannot have are percent-encoded. */
  readonly target: string;
  readonly secure: boolean;
}

const EXPECTED_URL = 'expected http://HOST/PATH or https://HOST/PATH';

/** Reads a URL. HOST/PATH means http://HOST/PATH. */
export function readRequestUrl(text: string): RequestUrl | { readonly problem: string } {
  const [, scheme = 'http', authority = '', rest = ''] = /^(?:(\w+):\/\/)?([^/?#]*)([^#]*)/.exec(text) ?? [];
  const secure = /^(?:https|wss)$/i.test(scheme);
  if (!secure && !/^(?:http|ws)$/i.test(scheme)) return { problem: EXPECTED_URL };
  if (authority.includes('@')) return { problem: `${EXPECTED_URL}, and credentials with -H @FILE` };
  const host = hostOf(authority);
  if (host === '') return { problem: EXPECTED_URL };
  // encodeURIComponent() throws for a lone surrogate.
  const path = rest.toWellFormed().replaceAll(/[^\x21-\x7e]+/g, (it) => encodeURIComponent(it));
  return { host, target: path.startsWith('/') ? path : `/${path}`, secure };
}

/** Clients send hosts that are not ASCII as Punycode (RFC 5891). */
function hostOf(authority: string): string {
  if (/^[\x21-\x7e]*$/.test(authority)) return authority;
  const [, name = '', port = ''] = /^(.*?)(:\d*)?$/.exec(authority) ?? [];
  const ascii = domainToASCII(name);
  return ascii === '' ? '' : `${ascii}${port}`;
}
