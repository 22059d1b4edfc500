import { createHash } from 'node:crypto';
import type { RuleOf } from '../boundary/response-rules.ts';
import { equals, itemEnd, listHas, skipSpace, trimSpace } from './field-value.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** The only protocol whose handshake podway knows (RFC 6455), as it is written on the wire. */
const WEBSOCKET = 'websocket';

/**
 * The protocol that a request asks for instead of HTTP: the first item of its `Upgrade` that is in `allowed` (lower
 * case), because clients list them by preference (RFC 9110 7.8). It has the spelling of the client. '' when the request
 * continues as HTTP. A `websocket` without `Sec-WebSocket-Key` does not count, because some proxies add that field to
 * every request.
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
 * True when a request for `protocol` may become a tunnel. It must not have a body: one side would read the body as the
 * other protocol, and the other side as a request. A WebSocket request must be a GET with one key (RFC 6455 4.1).
 */
export function mayUpgrade(head: RequestHead, protocol: string): boolean {
  if (head.framing === 'chunked' || head.contentLength > 0) return false;
  return protocol !== WEBSOCKET || (head.method === 'GET' && head.websocketKeys === 1);
}

/** The protocols that a pod's 426 requests and that a client can use here, in the pod's order and spelling. */
export function protocolOfClient(head: ResponseHead, allowed: readonly string[]): string {
  if (head.status !== 426 || head.upgrade === '') return '';
  const items = head.upgrade.split(',').map((item) => item.trim());
  return items.filter((item) => allowed.includes(item.toLowerCase())).join(', ');
}

/**
 * The rule that a pod's 101 breaks; null when it switches to the requested protocol.
 *
 * @param protocol the requested protocol; '' for none
 * @param accept the value that the pod must send for a key of podway; '' if the client checks it itself
 */
export function brokenSwitch(head: ResponseHead, protocol: string, accept: string): RuleOf<'switch'> | null {
  const { upgrade } = head;
  if (protocol === '') return 'switch-not-requested';
  if (!listHas(upgrade, 0, upgrade.length, protocol.toLowerCase())) return 'other-protocol';
  if (protocol === WEBSOCKET && !head.hasAccept) return 'no-websocket-accept';
  return accept === '' || head.accept === accept ? null : 'wrong-websocket-accept';
}

const HANDSHAKE = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The Sec-WebSocket-Accept for a key (RFC 6455 4.2.2). */
export function websocketAccept(key: string): string {
  return createHash('sha1')
    .update(key + HANDSHAKE)
    .digest('base64');
}
