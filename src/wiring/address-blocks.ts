import { BlockList, isIPv6 } from 'node:net';
import { mappedIpv4 } from './mapped-address.ts';

type Family = 'ipv4' | 'ipv6';

const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };
/** Number of bits before the IPv4 address in an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2). */
const MAPPED = 96;

/**
 * Addresses and CIDR blocks. Each family has its own `BlockList`: in a common one, `::/0` would include all IPv4 addresses
 * (as `::ffff:0:0/96`), which users who write `::/0` do not intend. A block of IPv4-mapped addresses
 * (`::ffff:10.0.0.0/104`) is an IPv4 block.
 */
export class AddressBlocks {
  readonly #lists: Readonly<Record<Family, BlockList>> = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** @param entries already validated */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', prefix] = entry.split('/');
      const written = familyOf(address);
      const bits = prefix === undefined ? BITS[written] : Number(prefix);
      const mapped = bits >= MAPPED ? mappedIpv4(address) : undefined;
      if (mapped === undefined) this.#lists[written].addSubnet(address, bits, written);
      else this.#lists.ipv4.addSubnet(mapped, bits - MAPPED, 'ipv4');
    }
  }

  /** @param address valid; the caller passes an IPv4-mapped address as IPv4 */
  has(address: string): boolean {
    const family = familyOf(address);
    return this.#lists[family].check(address, family);
  }
}

function familyOf(address: string): Family {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
