import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MAIN } from '../fixtures/program.ts';
import { runPodway } from './podway.ts';

const OPERATOR = 'operator/operator-arguments.ts';
/** The files in `src/cli/` with the flags of each command. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  check: ['what-if/check-arguments.ts'],
  settings: ['settings.ts'],
  local: ['local/local-arguments.ts'],
  exec: ['session/session-arguments.ts'],
  attach: ['session/session-arguments.ts'],
  terminal: ['terminal/terminal-arguments.ts'],
  'port-forward': ['forward/forward-arguments.ts'],
  proxy: ['api-proxy/proxy-arguments.ts'],
  routes: [OPERATOR],
  explain: [OPERATOR, 'operator/explain-question.ts'],
  answers: [OPERATOR, 'operator/answers-command.ts', 'operator/answers-question.ts'],
  tail: [OPERATOR, 'operator/answers-question.ts'],
  history: [OPERATOR, 'operator/history-command.ts'],
};
/** Commands that accept only some of the flags in their file, or none. */
const OTHERS = ['grants', 'serve', 'demo', 'options'];

const TERMINAL_WIDTH = 80;

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podway-help-'));
  await symlink(MAIN, join(folder, 'kubectl-podway'));
});
after(() => rm(folder, { recursive: true }));

/** As kubectl starts its plugin: the help then says `kubectl podway`, so its lines are longer. */
async function pluginHelp(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runPodway({ args, main: join(folder, 'kubectl-podway') });
  assert.deepEqual([code, stderr], [0, '']);
  assert.doesNotMatch(stdout, /(?<!kubectl )\bpodway (?:exec|explain|COMMAND)\b/);
  return stdout;
}

function checkWidth(help: string): void {
  assert.deepEqual(
    help.split('\n').filter(({ length }) => length > TERMINAL_WIDTH),
    [],
    `lines that do not fit a terminal of ${TERMINAL_WIDTH} columns`,
  );
}

test('kubectl podway help names every command and fits a terminal', async () => {
  const help = await pluginHelp('help');
  checkWidth(help);
  const named = [...help.matchAll(/^ {2}([a-z-]+) /gm)].map(([, command]) => command);
  const commands = [...Object.keys(FILES), ...OTHERS, 'help', 'version'];
  assert.deepEqual(new Set(named), new Set(commands));
});

for (const [command, files] of Object.entries(FILES)) {
  test(`kubectl podway help ${command} names every flag of the command and fits a terminal`, async () => {
    const sources = await Promise.all(
      files.map((file) => readFile(new URL(`../../src/cli/${file}`, import.meta.url), 'utf8')),
    );
    const flags = [...sources.join('\n').matchAll(/'?\b([a-z-]+)'?: \{ type: '/g)].map(([, flag]) => flag);
    assert.ok(flags.length > 1, String(flags));
    const help = await pluginHelp('help', command);
    checkWidth(help);
    // --help itself is in the text of podway help.
    const missing = flags.filter((flag) => flag !== 'help' && !help.includes(`--${flag}`));
    assert.deepEqual(missing, []);
  });
}

test('kubectl podway help grants fits a terminal', async () => {
  checkWidth(await pluginHelp('help', 'grants'));
});
