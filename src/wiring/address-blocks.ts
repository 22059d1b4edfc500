import { BlockList, isIPv6 } from 'node:net';

type Family = 'ipv4' | 'ipv6';

/**
 * Addresses and CIDRs, each family apart: for one `BlockList` all of IPv4 is part of `::/0` (as `::ffff:0:0/96`), which nobody
 * means who writes that.
 */
export class AddressBlocks {
  readonly #lists: Readonly<Record<Family, BlockList>> = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** @param entries already validated */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', bits] = entry.split('/');
      const family = familyOf(address);
      if (bits === undefined) this.#lists[family].addAddress(address, family);
      else this.#lists[family].addSubnet(address, Number(bits), family);
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
