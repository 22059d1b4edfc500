import { BlockList, isIPv6 } from 'node:net';
import type { Guard } from './guard.ts';

/** Blocks of each family apart: for a BlockList all of IPv4 is part of `::/0`, which nobody means who writes that. */
type Lists = Readonly<Record<Family, BlockList>>;
type Family = 'ipv4' | 'ipv6';

/** Lists that were asked for before: making one costs more than asking it. */
const LISTS = new WeakMap<readonly string[], Lists>();

/** `allow=` and `deny=`. Of a client that nobody knows neither says that it may. */
export const addressGuard: Guard = ({ allow, deny }, { client }) => {
  if (allow === undefined && deny === undefined) return undefined;
  const isLet =
    client !== undefined &&
    (deny === undefined || !contains(deny, client)) &&
    (allow === undefined || contains(allow, client));
  return isLet ? undefined : { reason: 'address-refused' };
};

function contains(blocks: readonly string[], address: string): boolean {
  let lists = LISTS.get(blocks);
  if (lists === undefined) LISTS.set(blocks, (lists = listsOf(blocks)));
  const family = familyOf(address);
  return lists[family].check(address, family);
}

function listsOf(blocks: readonly string[]): Lists {
  const lists: Lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const block of blocks) {
    const [address = '', bits] = block.split('/');
    const family = familyOf(address);
    lists[family].addSubnet(address, Number(bits), family);
  }
  return lists;
}

function familyOf(address: string): Family {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
