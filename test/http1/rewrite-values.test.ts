import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from '../../src/http1/field-scanner.ts';
import type { ResponseHead } from '../../src/http1/response-head.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { rewriteValues } from '../../src/http1/rewrite-values.ts';
import { reducedCount } from '../fixtures/wide.ts';

function parse(text: string): ResponseHead {
  const parser = new ResponseParser({ line: 8_192, head: 65_536, fields: 256 });
  const bytes = Buffer.from(text, 'latin1');
  assert.equal(parser.parse(bytes, 0, bytes.length), bytes.length);
  return parser.head;
}

function linesOf({ text, fields }: ResponseHead): string[] {
  const lines: string[] = [];
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    const name = text.slice(fields[at + NAME_START], fields[at + NAME_END]);
    lines.push(`${name}: ${text.slice(fields[at + VALUE_START], fields[at + VALUE_END])}`);
  }
  return lines;
}

const value = fc.string({ unit: fc.constantFrom('a', 'b', ';', '\xe9'), maxLength: 8 });
const line = fc.record({
  name: fc.constantFrom('A', 'Location', 'set-cookie', 'Date'),
  blank: fc.constantFrom('', ' ', '\t '),
  before: value,
  after: value,
});

test('a rewritten head is read like a head that was received in this form', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.constantFrom('\r\n', '\n'), (lines, end) => {
      const text = (which: 'before' | 'after'): string =>
        ['HTTP/1.1 200 OK', ...lines.map((it) => `${it.name}:${it.blank}${it[which]}`), '', ''].join(end);
      const head = parse(text('before'));
      let at = 0;
      rewriteValues(head, (name, before) => {
        const one = lines[at++];
        assert.deepEqual([name, before], [one?.name.toLowerCase(), one?.before]);
        return one?.after ?? '';
      });
      assert.equal(at, lines.length);
      assert.equal(head.text, text('after'));
      assert.deepEqual(linesOf(head), linesOf(parse(text('after'))));
    }),
    { numRuns: reducedCount(200) },
  );
});
