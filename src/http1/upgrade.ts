import { createHash } from 'node:crypto';
import type { RuleOf } from '../boundary/response-rules.ts';
import { equals, itemEnd, listHas, skipSpace, trimSpace } from './field-value.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** The one protocol whose handshake is known here (RFC 6455); its name as it is written on the wire. */
const WEBSOCKET = 'websocket';

/**
 * The protocol that a request asks for instead of HTTP: the first of its `Upgrade` that `allowed` (lower case) holds, for
 * clients list them by preference (RFC 9110 7.8), spelled as the client did; '' when the request goes on as HTTP. A
 * `websocket` without `Sec-WebSocket-Key` is none: front proxies write that field into all they forward.
 */
export function requestedProtocol(head: RequestHead, allowed: readonly string[]): string {
  const { upgrade } = head;
  for (let item = 0; item < upgrade.length; ) {
    const comma = itemEnd(upgrade, item, upgrade.length);
    const from = skipSpace(upgrade, item, comma);
    const to = trimSpace(upgrade, from, comma);
    if (equals(upgrade, from, to, WEBSOCKET)) {
      if (head.websocketKeys > 0 && allowed.includes(WEBSOCKET)) return WEBSOCKET;
    } else if (allowed.some((protocol) => equals(upgrade, from, to, protocol))) {
      return upgrade.slice(from, to);
    }
    item = comma + 1;
  }
  return '';
}

/**
 * A request for `protocol` that may become a tunnel: no body, for one side would read it as the other protocol and the
 * other as a request. A WebSocket has to be a GET with one key, too (RFC 6455 4.1).
 */
export function mayUpgrade(head: RequestHead, protocol: string): boolean {
  if (head.framing === 'chunked' || head.contentLength > 0) return false;
  return protocol !== WEBSOCKET || (head.method === 'GET' && head.websocketKeys === 1);
}

/** The protocols that a pod's 426 asks for, as far as a client could get them here: in its order and spelling. */
export function protocolOfClient(head: ResponseHead, allowed: readonly string[]): string {
  if (head.status !== 426 || head.upgrade === '') return '';
  const items = head.upgrade.split(',').map((item) => item.trim());
  return items.filter((item) => allowed.includes(item.toLowerCase())).join(', ');
}

/**
 * The rule that a pod's 101 breaks, null when it switches to the protocol that was asked for; `protocol` '': none was. `accept`:
 * what the pod has to answer to a key of the router's own, '' for a client that checks by itself.
 */
export function brokenSwitch(head: ResponseHead, protocol: string, accept: string): RuleOf<'switch'> | null {
  const { upgrade } = head;
  if (protocol === '') return 'switch-not-requested';
  if (!listHas(upgrade, 0, upgrade.length, protocol.toLowerCase())) return 'other-protocol';
  if (protocol === WEBSOCKET && !head.hasAccept) return 'no-websocket-accept';
  return accept === '' || head.accept === accept ? null : 'wrong-websocket-accept';
}

const HANDSHAKE = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Sec-WebSocket-Accept for a key (RFC 6455 4.2.2). */
export function websocketAccept(key: string): string {
  return createHash('sha1')
    .update(key + HANDSHAKE)
    .digest('base64');
}
