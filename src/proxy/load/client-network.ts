import { ipv6Groups } from '../../wiring/ipv6-groups.ts';

/**
 * The network of a client: its IPv4 address, or the /64 of its IPv6 address, since a client with one address of such a
 * network has all of them (RFC 4291 section 2.5.4).
 *
 * @param address as Node writes it, with or without a zone
 */
export function clientNetwork(address: string): string {
  return address.includes(':') ? `${ipv6Groups(address).slice(0, 4).join(':')}::/64` : address;
}
