/**
 * What counts as one client: its IPv4 address, or the /64 of its IPv6 address, since whoever has one address of such a
 * network has them all (RFC 4291 section 2.5.4). As Node writes addresses, with or without a zone.
 */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  // What `::` stands for are zeros; an IPv4 address at the end takes the place of two groups.
  if (tail !== undefined) {
    const behind = tail === '' ? [] : tail.split(':');
    const width = behind.length + (tail.includes('.') ? 1 : 0);
    while (groups.length + width < 8) groups.push('0');
    groups.push(...behind);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
