import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { test } from 'node:test';
import { all, copies, last, readDockerfile, type Stage } from './dockerfile.ts';
import { ImageRoot } from './image-root.ts';
import { checkRuns, runMissing } from './run-image.ts';

const stages = readDockerfile();
const final = stages.at(-1);

function stage(name: string): Stage | undefined {
  return stages.find((it) => it.name === name);
}

test('the image gets the build without any package, and no script of a package runs', () => {
  assert.deepEqual(
    copies(final).map(({ from, paths, to }) => `${from}: ${paths.join()} ${to}`),
    ['undefined: LICENSE ./LICENSE', 'build: /app/package.json ./package.json', 'build: /app/dist ./dist'],
  );
  const [install = '', build] = all(stage('build'), 'RUN');
  assert.match(install, /^npm ci --ignore-scripts /);
  assert.equal(build, 'node build/main.ts');
  assert.deepEqual(all(final, 'RUN'), [], 'the last stage runs no command, so it needs no shell');
});

test('an unprivileged user, ports that it may bind, no inspector, labels', () => {
  assert.equal(last(final, 'USER'), '65532:65532');
  const { PORT, ADMIN_PORT } = environment();
  assert.equal(last(final, 'EXPOSE'), `${PORT} ${ADMIN_PORT}`);
  for (const port of [PORT, ADMIN_PORT]) assert.ok(Number(port) > 1024);
  assert.ok(command().includes('--disable-sigusr1'));
  for (const label of ['title', 'description', 'licenses', 'version', 'revision', 'base.name']) {
    assert.ok(last(final, 'LABEL').includes(`org.opencontainers.image.${label}=`), label);
  }
  assert.equal(last(final, 'STOPSIGNAL'), 'SIGTERM');
});

test('.dockerignore lets only the files through that the Dockerfile copies', async () => {
  const lines = (await readFile(new URL('../../.dockerignore', import.meta.url), 'utf8')).split('\n');
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(rules[0], '*');
  const through = rules.slice(1).map((rule) => rule.replace(/^!/, ''));
  const context = stages.flatMap(copies).filter(({ from }) => from === undefined);
  const expected = new Set(context.flatMap(({ paths }) => paths));
  assert.deepEqual([...expected].sort(), through.sort());
  assert.ok(![...expected].some((path) => matchesGlob('node_modules', path)));
});

function environment(): Record<string, string> {
  const words = all(final, 'ENV').flatMap((text) => text.split(/\s+/));
  return Object.fromEntries(words.map((word) => word.split('=')));
}

/** Entry point and command, as the container runtime starts them. */
function command(): string[] {
  const words = [last(final, 'ENTRYPOINT'), last(final, 'CMD')];
  return words.flatMap((text) => JSON.parse(text) as string[]);
}

const skip = runMissing();

test('podway starts and routes from the files of the image, as its user and without a writable file (PR-20)', {
  skip,
}, async () => {
  await using root = await ImageRoot.make(stages);
  await checkRuns(root.path, { user: last(final, 'USER'), environment: environment(), command: command() });
});
