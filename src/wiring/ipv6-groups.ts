const COLON = 0x3a;
const DOT = 0x2e;
const GROUPS = 8;

/**
 * The eight groups of an IPv6 address, in hexadecimal with small letters and without leading zeros, so that all spellings
 * of an address have the same ones. The address may have `::` in place of zeros (RFC 5952), an IPv4 address in place of
 * the last two groups, and a zone after `%`, which is ignored.
 *
 * It reads the address once, character by character, since a worker may do this for all its clients at once.
 */
export function ipv6Groups(address: string): string[] {
  const zone = address.indexOf('%');
  const end = zone < 0 ? address.length : zone;
  const zeros = address.lastIndexOf('::', end);
  if (zeros < 0) return groupsOf(address, 0, end);
  const groups = groupsOf(address, 0, zeros);
  const after = groupsOf(address, zeros + 2, end);
  while (groups.length + after.length < GROUPS) groups.push('0');
  return groups.concat(after);
}

function groupsOf(address: string, start: number, end: number): string[] {
  const groups: string[] = [];
  for (let at = start; at < end; at += 1) {
    const from = at;
    let value = 0;
    for (; at < end && address.charCodeAt(at) !== COLON; at += 1) {
      const code = address.charCodeAt(at);
      if (code === DOT) {
        groups.push(...ofIpv4(address.slice(from, end)));
        return groups;
      }
      value = value * 16 + digitOf(code);
    }
    groups.push(value.toString(16));
  }
  return groups;
}

/** The value of a hexadecimal digit, of which letters are in either case. */
function digitOf(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}

function ofIpv4(text: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}
