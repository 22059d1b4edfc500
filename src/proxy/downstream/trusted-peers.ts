import { AddressBlocks } from '../../wiring/address-blocks.ts';

/** The peers of TRUSTED_PROXIES: what they say of their own clients is believed. */
export class TrustedPeers {
  readonly #blocks: AddressBlocks | undefined;

  /** Addresses and CIDRs, already validated. */
  constructor(entries: readonly string[]) {
    this.#blocks = entries.length === 0 ? undefined : new AddressBlocks(entries);
  }

  /** An IPv4-mapped address has to be unwrapped before. */
  has(address: string): boolean {
    return this.#blocks?.has(address) ?? false;
  }
}

/** An IPv4 address as such, where the kernel writes it as one of IPv6. */
export function unmapped(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
