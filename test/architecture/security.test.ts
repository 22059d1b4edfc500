import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SETTINGS, type Setting } from '../../src/config/table.ts';

const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');

/** Settings that bound something; how long somebody is left out or waited for by choice is no bound. */
const IS_LIMIT = /^(MAX_|CLIENT_MAX|PROXY_BUFFER|REQUEST_MEMORY|SHED_|REFUSE_|UPSTREAM_|EVENTS_)|_TIMEOUT$/;

test('the limits of SECURITY.md are all there are, with their defaults', () => {
  const told = [...text.matchAll(/^\| `([A-Z_]+)` \| `([^`]*)` \| .+ \|$/gm)].map(
    ([, name, value]) => `${name} ${value}`,
  );
  const settings: readonly Setting<unknown>[] = Object.values(SETTINGS);
  const limits = settings.filter(({ name }) => IS_LIMIT.test(name));
  assert.deepEqual(told.sort(), limits.map(({ name, fallback }) => `${name} ${fallback}`).sort());
});
