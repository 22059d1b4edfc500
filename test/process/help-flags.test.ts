import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { runPodway } from './podway.ts';

/** The files in `src/cli/` with the flags of each command. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  check: ['what-if/check-arguments.ts'],
  settings: ['settings.ts'],
  local: ['local/local-arguments.ts'],
  exec: ['session/session-arguments.ts'],
  terminal: ['terminal/terminal-arguments.ts'],
  'port-forward': ['forward/forward-arguments.ts'],
  proxy: ['api-proxy/proxy-arguments.ts'],
  explain: ['operator/operator-arguments.ts', 'operator/explain-question.ts'],
  answers: ['operator/operator-arguments.ts', 'operator/answers-command.ts', 'operator/answers-question.ts'],
  history: ['operator/operator-arguments.ts', 'operator/history-command.ts'],
};

for (const [command, files] of Object.entries(FILES)) {
  test(`podway help ${command} names every flag that the command accepts`, async () => {
    const sources = await Promise.all(
      files.map((file) => readFile(new URL(`../../src/cli/${file}`, import.meta.url), 'utf8')),
    );
    const flags = [...sources.join('\n').matchAll(/^\s+'?([a-z-]+)'?: \{ type: '/gm)].map(([, flag]) => flag);
    assert.ok(flags.length > 1, String(flags));
    const { code, stdout } = await runPodway({ args: ['help', command] });
    assert.equal(code, 0);
    // --help itself is in the text of podway help.
    const missing = flags.filter((flag) => flag !== 'help' && !stdout.includes(`--${flag}`));
    assert.deepEqual(missing, []);
  });
}
