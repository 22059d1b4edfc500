import assert from 'node:assert/strict';
import type { RequestHead } from '../../src/http1/request-head.ts';
import { everyByte, readRequest, type RequestOutcome } from './read-request.ts';

/** The expected result: a refusal by its status and reason, `more`, or some fields of the head. */
export type Expected = `${number} ${string}` | 'more' | Partial<RequestHead>;

/** Reads `text` whole, byte by byte, and cut once at every offset. All results must equal `expected`. */
export function checkRequest(text: string, expected: Expected): void {
  const whole = readRequest(text);
  const name = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
  checkOutcome(whole, expected, name);
  assert.deepEqual(readRequest(text, everyByte(text)), whole, `byte by byte: ${name}`);
  assert.deepEqual(
    readRequest(text, everyByte(text), false),
    whole,
    `byte by byte, no empty lines dropped: ${name}`,
  );
  if (text.length > 2_000) return;
  for (let cut = 1; cut < text.length; cut++)
    assert.deepEqual(readRequest(text, [cut]), whole, `cut at ${cut}: ${name}`);
}

function checkOutcome(outcome: RequestOutcome, expected: Expected, name: string): void {
  if (typeof expected === 'string') {
    const result = outcome.kind === 'refused' ? `${outcome.status} ${outcome.reason}` : outcome.kind;
    assert.equal(result, expected, name);
    return;
  }
  assert.equal(outcome.kind, 'head', `${name}: ${JSON.stringify(outcome)}`);
  if (outcome.kind !== 'head') return;
  for (const [key, value] of Object.entries(expected)) {
    assert.deepEqual(outcome.head[key as keyof RequestHead], value, `${key} of ${name}`);
  }
}
