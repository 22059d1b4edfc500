/**
 * The eight groups of an IPv6 address, in hexadecimal with small letters and without leading zeros. The address may have `::` in place of zeros
 * (RFC 5952), an IPv4 address in place of the last two groups, and a zone after `%`, which is ignored.
 */
export function ipv6Groups(address: string): string[] {
  const [text = ''] = address.split('%', 1);
  const [head = '', tail] = text.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
}

function groupsOf(part: string): string[] {
  return part === ''
    ? []
    : part.split(':').flatMap((group) => (group.includes('.') ? ofIpv4(group) : canonical(group)));
}

/** All spellings of a group are one, so clients cannot count as several by them. */
function canonical(group: string): string {
  return Number.parseInt(group, 16).toString(16);
}

function ofIpv4(text: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}
