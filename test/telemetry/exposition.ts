import assert from 'node:assert/strict';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (-?[0-9.e+-]+|NaN|[+-]Inf|Nan)$`);
const TYPES = ['counter', 'gauge', 'histogram', 'summary'];

/** The joined slices of a rendering. */
export async function textOf(slices: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const slice of slices) text += slice;
  return text;
}

/**
 * Reads the text format of Prometheus strictly: every family is declared once and before its samples, every series
 * occurs once, counters end in `_total` or the like, histograms are cumulative and complete. The labels of the result
 * are sorted.
 */
export function samplesOf(text: string): Map<string, number> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    if (line.startsWith('# TYPE ')) {
      const [, , name = '', type = ''] = line.split(' ');
      assert.ok(TYPES.includes(type) && !types.has(name), line);
      types.set(name, type);
      continue;
    }
    const sample = SAMPLE.exec(line);
    assert.ok(sample, `not a sample: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const family = name.replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(name) || types.get(family) === 'histogram' || types.get(family) === 'summary', line);
    const sorted = (labels.match(new RegExp(LABEL, 'g')) ?? []).sort().join(',');
    const key = sorted === '' ? name : `${name}{${sorted}}`;
    assert.ok(!samples.has(key), `twice: ${key}`);
    samples.set(key, Number(value));
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, samples);
  return samples;
}

function checkHistogram(name: string, samples: ReadonlyMap<string, number>): void {
  for (const [key, count] of samples) {
    if (!key.startsWith(`${name}_count`)) continue;
    const labels = key.slice(`${name}_count`.length).replace(/^\{|\}$/g, '');
    const rest = labels === '' ? [] : labels.split(',');
    const of = (le: string) => `${name}_bucket{${[...rest, `le="${le}"`].sort().join(',')}}`;
    assert.equal(samples.get(of('+Inf')), count, of('+Inf'));
  }
}
