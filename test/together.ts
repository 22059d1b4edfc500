import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');
const IN_TURN = new URL('./in-turn.ts', import.meta.url).href;
const PLACE = join(ROOT, 'node_modules/.cache/tests');
const FILES_A_PROCESS = 20;

/** Files, or folders whose files, have a process each, and the reason. */
export const ALONE: Readonly<Record<string, readonly string[]>> = {
  'long, with programs beside them': [
    'demo/',
    'image/',
    'operator/page/',
    'package/',
    'runner/',
    'terminal/page.test.ts',
  ],
  'measures the memory or the time of its process': [
    'bench/cpu-per-request.test.ts',
    'bench/process-tree.test.ts',
    'cluster/kept-memory.test.ts',
    'grants/memory.test.ts',
    'proxy/collected-sessions.test.ts',
    'proxy/loop-delay.test.ts',
    'proxy/memory-victims.test.ts',
    'proxy/read-buffers.test.ts',
    'proxy/request-memory.test.ts',
    'proxy/worker-counts.test.ts',
    'search/http2-frames.test.ts',
  ],
  'changes what the whole process uses': ['hazards/process.test.ts'],
};

/**
 * Returns what the runner gets in place of these files: a file for each process. Files that can share a process run twenty in one, one after
 * the other, because a third of the CPU of all tests was the start of a process for each file and its load of the same modules.
 */
export function together(files: readonly string[]): string[] {
  const [alone, shared] = [files.filter(isAlone), files.filter((it) => !isAlone(it))];
  const count = Math.ceil(shared.length / FILES_A_PROCESS);
  const groups = Array.from({ length: count }, (_, at) =>
    shared.slice(Math.floor((at * shared.length) / count), Math.floor(((at + 1) * shared.length) / count)),
  );
  // The longest files are among those alone, and would be the last to end if they did not start first.
  return [...alone, ...groups.map(moduleOf)];
}

/** Hooks outside of a suite apply to all files of a process; node:test runs those of `after` whenever no test waits, also between two files. */
const HOOKS = /^(?:before|after|beforeEach|afterEach)\(/m;

function isAlone(file: string): boolean {
  const path = resolve(file);
  const text = readFileSync(path, 'utf8');
  if (HOOKS.test(text)) return true;
  return Object.values(ALONE)
    .flat()
    .some((it) => path.startsWith(join(ROOT, 'test', it)));
}

/** Writes a module that loads these files one after the other. Its name is a hash of its text, because other runs may write theirs at the same time. */
function moduleOf(files: readonly string[]): string {
  const loads = files.map((it) => ({ name: relative(ROOT, it), url: pathToFileURL(resolve(it)).href }));
  const text = `import { inTurn } from ${JSON.stringify(IN_TURN)};
await inTurn(${JSON.stringify(loads, undefined, 2)});
`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const place = join(PLACE, `${hash}.mjs`);
  mkdirSync(PLACE, { recursive: true });
  if (!existsSync(place) || readFileSync(place, 'utf8') !== text) writeFileSync(place, text);
  return place;
}
