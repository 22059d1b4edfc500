import { type Grammar, grammar } from './grammar.ts';
import { isReserved } from './header.ts';

/**
 * Headers that some software obeys although no client has a reason to send them. They set another path or host than that of the
 * request (IIS, Symfony, ASP.NET, Azure's gateways) or the proxy of a CGI program (httpoxy, CVE-2016-5385), make Next.js skip its
 * middleware (CVE-2025-29927), or choose files that Rack serves (CVE-2025-61780). The last three are the headers that podway
 * sets for client certificates, which pods trust.
 */
export const DROPPED_BY_DEFAULT =
  'X-Original-URL,X-Rewrite-URL,X-Original-URI,X-Override-URL,X-Original-Host,X-HTTP-Host-Override,' +
  'Proxy,X-Middleware-Subrequest,X-Accel-Mapping,X-Sendfile-Type,' +
  'X-Client-Cert,X-Client-Verify,X-Client-Subject';

const MAX_NAMES = 64;
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]{1,128}$/i;

/** Names of headers, in lower case, that podway accepts only from TRUSTED_PROXIES. */
export function dropHeaders(): Grammar<readonly string[]> {
  return grammar(
    `none, or up to ${MAX_NAMES} header names that the router does not itself use, separated by commas`,
    (text) => {
      if (text.toLowerCase() === 'none') return [];
      const names = text
        .split(/[\s,]+/)
        .filter((name) => name !== '')
        .map((name) => name.toLowerCase());
      const fit = names.every((name) => NAME.test(name) && name !== 'none' && !isReserved(folded(name)));
      return fit && names.length > 0 && names.length <= MAX_NAMES ? [...new Set(names)] : undefined;
    },
  );
}

/** The form in which names are compared: every character except letters and digits is a dash. @param name in lower case */
export function folded(name: string): string {
  return name.replaceAll(/[^a-z0-9]/g, '-');
}
