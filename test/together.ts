import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');
const IN_TURN = new URL('./in-turn.ts', import.meta.url).href;
const PLACE = join(ROOT, 'node_modules/.cache/tests');
const FILES_A_PROCESS = 10;

/** Files, or folders, that have a process each, by what they do. */
export const ALONE: Readonly<Record<string, readonly string[]>> = {
  'long, with programs beside them': [
    'demo/',
    'image/',
    'operator/page/',
    'package/',
    'runner/',
    'terminal/page.test.ts',
  ],
  'long by themselves': ['hazards/kubernetes.test.ts', 'hazards/kubernetes-objects.test.ts'],
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
  'imports what waits': ['hazards/tls.test.ts'],
};

/**
 * What the runner is given in place of these files: those that can share a process do, ten in one, one after the other. A third of the
 * CPU of all tests was the start of a process and its load of the same modules for each file.
 */
export function together(files: readonly string[]): string[] {
  const [alone, shared] = [files.filter(isAlone), files.filter((it) => !isAlone(it))];
  const count = Math.ceil(shared.length / FILES_A_PROCESS);
  const groups = Array.from({ length: count }, (_, at) =>
    shared.slice(Math.floor((at * shared.length) / count), Math.floor(((at + 1) * shared.length) / count)),
  );
  return [...groups.map(moduleOf), ...alone];
}

/** Hooks of a file without a suite are those of its process. */
const HOOKS = /^(?:before|after|beforeEach|afterEach)\(/m;
/** What a file sets up at its top is awaited outside its tests, where no limit of time of the runner holds. */
const WAITS = /^(?:export )?(?:const|let) (?!.*\basync\b).*\bawait\b/m;

function isAlone(file: string): boolean {
  const path = resolve(file);
  const text = readFileSync(path, 'utf8');
  if (HOOKS.test(text) || WAITS.test(text)) return true;
  return Object.values(ALONE)
    .flat()
    .some((it) => path.startsWith(join(ROOT, 'test', it)));
}

/** A module that loads these in turn; named by its text, since other runs may write theirs at the same time. */
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
