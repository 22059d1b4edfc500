import { choice, type Grammar, grammar } from './grammar.ts';
import { setting } from './setting.ts';

const MAX_PROTOCOLS = 16;
/** `protocol-name ["/" protocol-version]`, both tokens (RFC 9110 section 7.8). */
const PROTOCOL = /^[!#$%&'*+\-.^_`|~0-9a-z]+(?:\/[!#$%&'*+\-.^_`|~0-9a-z]+)?$/i;
/** Protocols in which further requests or a TLS handshake would follow, which podway would not check (h2c smuggling). */
const REFUSED = /^(?:h2|h2c|h3|tls|http)(?:[/-].*)?$/i;

/** Protocols to which clients may switch, in lower case: they are compared without case. */
function upgradeProtocols(): Grammar<readonly string[]> {
  return grammar(
    `none, or up to ${MAX_PROTOCOLS} protocols such as websocket or spdy/3.1, but not h2, h2c, HTTP/* or TLS/*, separated by commas`,
    (text) => {
      if (text.toLowerCase() === 'none') return [];
      const items = text.split(/[\s,]+/).filter((item) => item !== '');
      const fit = items.every((item) => PROTOCOL.test(item) && !REFUSED.test(item) && !/^none$/i.test(item));
      if (!fit || items.length === 0 || items.length > MAX_PROTOCOLS) return undefined;
      return [...new Set(items.map((item) => item.toLowerCase()))];
    },
  );
}

/** Settings for requests with `Upgrade`. */
export const UPGRADES = {
  upgrades: setting(
    'UPGRADES',
    'websocket',
    upgradeProtocols(),
    'Protocols that a client connection may switch to, such as `websocket,tcp,spdy/3.1`; podway removes any other `Upgrade` from the request; `none` = podway removes every `Upgrade`',
  ),
  decomposeQueryargs: setting(
    'DECOMPOSE_QUERYARGS',
    'off',
    choice('off', 'on'),
    '`on`: podway treats a WebSocket handshake for `/a/queryargs/<base64url>/` as one for `/a?query`; the proxy of Kubernetes API servers drops the query of an upgrade, so clients behind it send the query in the path',
  ),
} as const;
