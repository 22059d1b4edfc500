import { BlockList, isIPv6 } from 'node:net';

/** The peers of TRUSTED_PROXIES: what they say of their own clients is believed. */
export class TrustedPeers {
  readonly #list: BlockList | undefined;

  /** Addresses and CIDRs, already validated. */
  constructor(entries: readonly string[]) {
    this.#list = entries.length === 0 ? undefined : listOf(entries);
  }

  /** An IPv4-mapped address has to be unwrapped before. */
  has(address: string): boolean {
    return this.#list?.check(address, familyOf(address)) ?? false;
  }
}

function listOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** An IPv4 address as such, where the kernel writes it as one of IPv6. */
export function unmapped(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
