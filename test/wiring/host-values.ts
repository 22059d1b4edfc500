/** Values of a Host field and the host that each means (undefined: it is malformed), by the row of the catalogue. */
export const HOST_VALUES: readonly (readonly [
  row: string,
  host: string | undefined,
  values: readonly string[],
])[] = [
  ['HD-07, P1', 't.local', ['t.local', 'T.LOCAL', 't.local.', 't.local:8080', 't.local:', 't.local.:88']],
  ['HD-07', 't.local', ['t.LOCAL:0', 't.local:65535', 't.local:00080']],
  [
    'HD-05',
    undefined,
    ['a, b', 'a b', 'a/b', 'a?b', 'a#b', 'a@b', 'a\\b', 'a\xff', '.', 'a..b', '', ' a', 'a\t'],
  ],
  [
    'HD-06, P2',
    undefined,
    ['a:99999', 'a:65536', 'a:1.2', 'a:80:80', 'a:x', 'a:-1', 'a:+1', ':80', '.:80', 'a: 80'],
  ],
  ['HD-06', undefined, ['a:000080', '.a', '..', 'a...', 'a..:80']],
  ['HD-09', undefined, ['t.local\x00.evil', 'a%2eb', 'a,b', '*.example.com', 'a=b', "a'b", 'ａ.com']],
  ['an IPv4 address is a name of digits', '192.168.0.1', ['192.168.0.1', '192.168.0.1:80', '192.168.0.1.']],
  ['IPv6', '[::1]', ['[::1]', '[::1]:80', '[0:0:0:0:0:0:0:1]', '[::0001]:', '[0000::0.0.0.1]']],
  ['IPv6', '[2001:db8::a]', ['[2001:DB8::A]', '[2001:0db8:0::000a]:443']],
  [
    'IPv6',
    undefined,
    ['[::1', '::1', '[::1].', '[::1]x', '[::1]:x', '[::1%25eth0]', '[fe80::1%eth0]', '[]', '[a]'],
  ],
  ['IPv6', undefined, ['[1.2.3.4]', '[::1]:99999', '[v1.a]', '[[::1]]', ']', '[:::]', '[::1]]']],
  ['an underscore is well-formed', 'a_b.com', ['a_b.com', 'A_B.com:80']],
  ['PC-26', '__proto__', ['__proto__', '__PROTO__']],
  ['PC-26', 'constructor', ['constructor']],
  ['253 characters', 'a'.repeat(253), ['a'.repeat(253), `${'a'.repeat(253)}.`, `${'A'.repeat(253)}:65535`]],
  ['253 characters', undefined, ['a'.repeat(254), `${'a'.repeat(254)}:80`]],
];
