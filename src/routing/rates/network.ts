import { ipv6Groups } from '../../wiring/ipv6-groups.ts';

/**
 * What counts as one client: an IPv4 address, or the first `bits` bits of an IPv6 address, because the owner of one
 * address usually has all addresses of its network (RFC 4291 section 2.5.4).
 */
export function networkOf(address: string, bits: number): string {
  if (!address.includes(':')) return address;
  const groups = ipv6Groups(address);
  const whole = bits >> 4;
  const rest = Number.parseInt(groups[whole] ?? '0', 16) >> (16 - (bits & 15));
  return `${groups.slice(0, whole).join(':')}/${rest.toString(16)}/${bits}`;
}
