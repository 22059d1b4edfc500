import { BlockList, isIPv6 } from 'node:net';
import { mappedIpv4 } from './mapped-address.ts';

type Family = 'ipv4' | 'ipv6';

const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };
/** Bits before an IPv4 address in the IPv6 address that stands for it (RFC 4291 section 2.5.5.2). */
const MAPPED = 96;

/**
 * Addresses and CIDRs, each family apart: for one `BlockList` all of IPv4 is part of `::/0` (as `::ffff:0:0/96`), which
 * authors of that do not intend. A block of addresses that are written as IPv6 and stand for IPv4 (`::ffff:10.0.0.0/104`)
 * is one of IPv4.
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

  /** An IPv4-mapped address has to be unwrapped before. */
  has(address: string): boolean {
    const family = familyOf(address);
    return this.#lists[family].check(address, family);
  }
}

function familyOf(address: string): Family {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
