import { ipv6Groups } from './ipv6-groups.ts';

/**
 * The IPv4 address of an IPv4-mapped IPv6 address in any spelling (RFC 4291 section 2.5.5.2); undefined for any other
 * address.
 *
 * @param address valid, without a zone
 */
export function mappedIpv4(address: string): string | undefined {
  // The first group is zero, so this is a quick answer for most addresses.
  if (!/^[0:]/.test(address) || !address.includes(':')) return undefined;
  const groups = ipv6Groups(address).map((group) => Number.parseInt(group, 16));
  const [high = 0, low = 0] = groups.slice(6);
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
