import { ipv6Groups } from '../../wiring/ipv6-groups.ts';

/**
 * What counts as one client: its IPv4 address, or the /64 of its IPv6 address, since who has one address of such a
 * network has all of them (RFC 4291 section 2.5.4). As Node writes addresses, with or without a zone.
 */
export function clientNetwork(address: string): string {
  return address.includes(':') ? `${ipv6Groups(address).slice(0, 4).join(':')}::/64` : address;
}
