import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Environment } from './environment.ts';

/**
 * The proxy for an API server as Go's http.ProxyFromEnvironment finds it in the environment: HTTPS_PROXY or HTTP_PROXY,
 * in upper or lower case, unless NO_PROXY has the host. podway never uses a proxy for loopback.
 */
export function proxyFromEnvironment(server: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const scheme = protocol === 'https:' ? 'HTTPS' : 'HTTP';
  const proxy = either(env, `${scheme}_PROXY`);
  if (proxy === '') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const place = { host, port: port || (scheme === 'HTTPS' ? '443' : '80') };
  if (
    isLoopback(host) ||
    either(env, 'NO_PROXY')
      .split(',')
      .some((item) => excludes(item.trim().toLowerCase(), place))
  ) {
    return undefined;
  }
  // Without a scheme it is an HTTP proxy.
  return /^[a-z0-9+.-]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function either(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || '';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

interface Place {
  readonly host: string;
  readonly port: string;
}

/**
 * Whether an item of NO_PROXY matches: `*`, an address, a block of addresses, or a name and all below it. An address or
 * a name may have a port.
 */
function excludes(item: string, { host, port }: Place): boolean {
  if (item === '') return false;
  if (item === '*') return true;
  if (item.includes('/')) return isInBlock(host, item);
  const [, name = item, itemPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(item) === 6 ? `[${item}]` : item) ?? [];
  if (itemPort !== undefined && itemPort !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return bare === host;
  const below = bare.replace(/^\*/, '');
  return below.startsWith('.') ? host.endsWith(below) : host === below || host.endsWith(`.${below}`);
}

function isInBlock(host: string, block: string): boolean {
  const [address = '', bits = ''] = block.split('/');
  const family = (text: string) => (isIPv4(text) ? 'ipv4' : 'ipv6');
  if (isIP(host) === 0 || isIP(address) !== isIP(host) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (isIPv4(address) ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family(address));
  return list.check(host, family(host));
}
