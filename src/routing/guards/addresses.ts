import { AddressBlocks } from '../../wiring/address-blocks.ts';
import type { Guard } from './guard.ts';

/** Lists that have been used before: building one costs more than a lookup. */
const LISTS = new WeakMap<readonly string[], AddressBlocks>();

/** `allow=` and `deny=`. Neither admits a client with an unknown address. */
export const addressGuard: Guard = ({ allow, deny }, { client }) => {
  if (allow === undefined && deny === undefined) return undefined;
  const isLet =
    client !== undefined &&
    (deny === undefined || !contains(deny, client)) &&
    (allow === undefined || contains(allow, client));
  return isLet ? undefined : { reason: 'address-refused' };
};

function contains(blocks: readonly string[], address: string): boolean {
  let list = LISTS.get(blocks);
  if (list === undefined) LISTS.set(blocks, (list = new AddressBlocks(blocks)));
  return list.has(address);
}
