import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Software that reads the path of a target: its result for each target; undefined where it refuses. */
export interface PathReader {
  readonly name: string;
  /** The missing package if the program is not installed; otherwise undefined. */
  readonly missing: string | undefined;
  read(targets: readonly string[]): Promise<readonly (readonly [how: string, path: string | undefined])[][]>;
}

/** Decodes escapes, one octet each, as Latin-1. Bad escapes stay. */
function decoded(path: string): string {
  return path.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function pathname(target: string): string | undefined {
  return URL.parse(target, 'http://base.local')?.pathname;
}

function decodedOnce(path: string | undefined): string | undefined {
  return path === undefined ? undefined : decoded(path);
}

/** The ways in which handlers of `http.createServer` read the path. */
const NODE: PathReader = {
  name: 'Node',
  missing: undefined,
  read: (targets) =>
    Promise.resolve(
      targets.map((target) => {
        const first = pathname(target);
        // Decoding twice is not tested (PC-07), so a decoded text must have no more escapes.
        return [
          ['new URL(req.url, base)', decodedOnce(first)],
          ['new URL(decoded req.url, base)', pathname(decoded(target).replaceAll('%', '%25'))],
          ['new URL(new URL(req.url, base).pathname, base)', decodedOnce(first && pathname(first))],
        ];
      }),
    ),
};

/** Reads a line of base64 for each target. Writes a line with one or more base64 texts, or `-` if PHP refuses the target. */
const PHP_PROGRAM = `while (($line = fgets(STDIN)) !== false) {
  $target = base64_decode(trim($line));
  $path = parse_url($target, PHP_URL_PATH);
  $again = is_string($path) ? parse_url($path, PHP_URL_PATH) : null;
  $decoded = parse_url(rawurldecode($target), PHP_URL_PATH);
  $paths = [is_string($path) ? rawurldecode($path) : null, is_string($again) ? rawurldecode($again) : null, $decoded];
  echo implode(' ', array_map(fn($it) => is_string($it) ? '+' . base64_encode($it) : '-', $paths)), "\\n";
}`;
const PHP_WAYS = ['parse_url(target)', 'parse_url(parse_url(target))', 'parse_url(decoded target)'];

const PYTHON_PROGRAM = `import sys, base64, posixpath
from urllib.parse import unquote, urlsplit, urlparse
def octets(text): return unquote(text, 'latin-1')
ways = [
  lambda t: octets(urlsplit(t).path),
  lambda t: octets(urlparse(t).path),
  lambda t: urlsplit(octets(t)).path,
  lambda t: posixpath.normpath(octets(urlsplit(t).path)),
]
for line in sys.stdin:
  target = base64.b64decode(line).decode('latin-1')
  out = []
  for way in ways:
    try: out.append('+' + base64.b64encode(way(target).encode('latin-1')).decode())
    except ValueError: out.append('-')
  print(' '.join(out))
`;
const PYTHON_WAYS = [
  'unquote(urlsplit(target).path)',
  'unquote(urlparse(target).path)',
  'urlsplit(unquote(target)).path',
  'normpath(unquote(urlsplit(target).path))',
];

function program(name: string, [command, ...args]: readonly string[], ways: readonly string[]): PathReader {
  const found = spawnSync(command ?? '', ['--version']).status === 0;
  return {
    name,
    missing: found ? undefined : `${command} is missing: apt-get install ${name}`,
    read: async (targets) => {
      const child = spawn(command ?? '', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      child.stdin.end(targets.map((it) => `${btoa(it)}\n`).join(''));
      const lines = (await text(child.stdout)).trimEnd().split('\n');
      await exited;
      return lines.map((line) =>
        line
          .split(' ')
          .map((it, at) => [ways[at] ?? '', it === '-' ? undefined : atob(it.slice(1))] as const),
      );
    },
  };
}

export const READERS: readonly PathReader[] = [
  NODE,
  program('php-cli', ['php', '-n', '-r', PHP_PROGRAM], PHP_WAYS),
  program('python3', ['python3', '-I', '-c', PYTHON_PROGRAM], PYTHON_WAYS),
];
