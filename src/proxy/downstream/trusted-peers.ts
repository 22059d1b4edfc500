import { AddressBlocks } from '../../wiring/address-blocks.ts';

/** The peers of TRUSTED_PROXIES. podway believes what they report of their own clients. */
export class TrustedPeers {
  readonly #blocks: AddressBlocks | undefined;

  /** @param entries valid addresses and CIDRs */
  constructor(entries: readonly string[]) {
    this.#blocks = entries.length === 0 ? undefined : new AddressBlocks(entries);
  }

  /** @param address not IPv4-mapped, see `unmapped` */
  has(address: string): boolean {
    return this.#blocks?.has(address) ?? false;
  }
}

/** Converts an IPv4-mapped address to an IPv4 address; leaves other addresses unchanged. */
export function unmapped(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
