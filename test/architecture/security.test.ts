import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SETTINGS, type Setting } from '../../src/config/table.ts';
import { HAZARDS } from '../hazards/ids.ts';

const ROOT = new URL('../../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', ROOT), 'utf8');

/**
 * Settings that limit something. A time for which podway leaves out a pod or client, or waits by choice, is not a
 * limit.
 */
const IS_LIMIT =
  /^(MAX_|CLIENT_MAX|PROXY_BUFFER|REQUEST_MEMORY|REQUEST_BODY_|COLLECT_|SHED_|REFUSE_|UPSTREAM_(?!CA_)|EVENTS_|HISTORY|READINESS_GATES_|KEY_|RATE_CLIENTS|AUTH_|TLS_HANDSHAKES|TLS_CONTEXTS|TUNNEL_OPENS|TRACE_(?:SPANS|QUEUE)|HTTP2_(?!PLAIN)|TERMINAL_(?:IDLE|MAX|SESSIONS|PER_USER|RECORD_SIZE))|_TIMEOUT$/;

test('SECURITY.md lists all limits, with their defaults', () => {
  const listed = [...text.matchAll(/^\| `([A-Z\d_]+)` \| `([^`]*)` \| .+ \|$/gm)].map(
    ([, name, value]) => `${name} ${value}`,
  );
  const settings: readonly Setting<unknown>[] = Object.values(SETTINGS);
  const limits = settings.filter(({ name }) => IS_LIMIT.test(name));
  assert.deepEqual(listed.sort(), limits.map(({ name, fallback }) => `${name} ${fallback}`).sort());
});

/** `a * b` or `a_b`, as constants are written. */
function product(expression: string): number {
  return expression.split('*').reduce((all, factor) => all * Number(factor.replaceAll('_', '')), 1);
}

const FIXED = [...text.matchAll(/^\| .+ \| (\d+) \| `(\w+)` of `(src\/[\w/.-]+)` \| .+ \|$/gm)];

test('SECURITY.md lists the fixed bounds of the sources', () => {
  assert.ok(FIXED.length >= 10, `${FIXED.length} found`);
  for (const [, value, name = '', file = ''] of FIXED) {
    const source = readFileSync(new URL(file, ROOT), 'utf8');
    const [, expression = ''] = new RegExp(`\\b${name}(?: =|:) ([\\d_* ]+)`).exec(source) ?? [];
    assert.equal(product(expression), Number(value), `${name} of ${file}`);
  }
});

test('SECURITY.md has the right number of hazards', () => {
  assert.match(text, new RegExp(`a catalogue of ${HAZARDS.length} hazards`));
});
