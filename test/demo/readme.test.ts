import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './demo-process.ts';
import { eventually, startStandIn } from './stand-in-process.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('README has at most 110 lines', () => {
  assert.ok(README.split('\n').length - 1 <= 110);
});

test('the Deployment of README is examples/hello.yaml', () => {
  const example = readFileSync(join(ROOT, 'examples/hello.yaml'), 'utf8');
  assert.equal(blockOf('Route a pod', 'yaml'), example.replace(/^#.*\n/, ''));
});

test('README can be followed with the stand-in: a pod is routed, then guarded by a key', async (t) => {
  await using standIn = await startStandIn(t);
  if (standIn === undefined) return;
  const paste = (line: string) => standIn.paste(line.replaceAll('localhost:8080', standIn.place));

  const [apply = '', curl = ''] = blockOf('Route a pod', 'sh').trimEnd().split('\n');
  assert.match(await paste(apply), /deployment\.apps\/hello created/);
  await eventually(async () => assert.equal(await paste(curl), 'hello\n'));

  const [create = '', without = '', withKey = ''] = blockOf('Keys', 'sh').trimEnd().split('\n');
  assert.match(await paste(create), /secret\/routing created/);
  await eventually(async () => assert.match(await paste(without), /^HTTP\/1\.1 403 /));
  assert.equal(await paste(withKey), 'hello\n');
});

/** The first block of that language in a chapter. */
function blockOf(chapter: string, language: string): string {
  const text = README.split(/^## /m).find((it) => it.startsWith(`${chapter}\n`)) ?? '';
  const block = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(text)?.[1];
  assert.ok(block, `${chapter} has no ${language}`);
  return block;
}
