import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FieldNames, leanText, piecesOfList } from '../../src/cluster/api/lean-json.ts';
import { PODS } from '../../src/cluster/kinds/pods.ts';
import { SCOPE } from './recorded-source.ts';

const UNREAD = new FieldNames(['env', 'managedFields']);

function lean(text: string, unread: FieldNames | undefined = UNREAD): string {
  const bytes = Buffer.from(text);
  return leanText(bytes, { from: 0, to: bytes.length }, unread);
}

/** The expected result of `leanText`, computed with a parser. */
function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, it]) => {
    const isCut = (name === 'env' || name === 'managedFields') && typeof it === 'object' && it !== null;
    return [name, isCut ? 0 : without(it)];
  });
  return Object.fromEntries(entries);
}

/** Names and texts that look like omitted fields, quotes, brackets and escapes. */
const text = fc.oneof(
  fc.constantFrom('env', 'managedFields', '"env":[', '\\"env":{', 'a,"env', 'é"', '\\', '{', ']', ''),
  fc.string({ unit: 'binary' }),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.constantFrom(null, true),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((it) => it !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

test('only fields that podway does not read are left out', () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.deepEqual(JSON.parse(lean(JSON.stringify(value))), without(value));
    }),
  );
});

test('a truncated text is not JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(text, json, { minKeys: 1, maxKeys: 4 }), fc.nat(), (value, at) => {
      const whole = Buffer.from(JSON.stringify(value));
      const part = whole.subarray(0, at % whole.length);
      assert.throws(() => JSON.parse(leanText(part, { from: 0, to: part.length }, UNREAD)) as unknown);
    }),
  );
});

test('without names of fields a text is unchanged', () => {
  const given = '{"env": [1], "managedFields":{} }';
  assert.equal(leanText(Buffer.from(given), { from: 0, to: given.length }, undefined), given);
});

function pieces(list: string) {
  const bytes = Buffer.from(list);
  const steps = piecesOfList(bytes);
  let step = steps.next();
  for (; step.done !== true; step = steps.next());
  const found = step.value;
  return (
    found && {
      envelope: JSON.parse(found.envelope) as unknown,
      items: found.items.map(({ from, to }) => JSON.parse(bytes.toString('utf8', from, to)) as unknown),
    }
  );
}

test('a list that is read in pieces has the same result as a whole list', () => {
  const item = fc.dictionary(text, json, { maxKeys: 3 });
  const others = fc.dictionary(
    text.filter((it) => it !== '__proto__'),
    json,
    { maxKeys: 3 },
  );
  fc.assert(
    fc.property(others, fc.array(item, { maxLength: 5 }), others, (before, items, after) => {
      const list = { ...before, items, ...after };
      const whole = JSON.parse(JSON.stringify(list)) as { items: unknown };
      assert.deepEqual(pieces(JSON.stringify(list)), {
        envelope: { ...whole, items: [] },
        items: whole.items,
      });
    }),
  );
});

for (const list of [
  '',
  '[]',
  'null',
  '{"items":null}',
  '{"items":[1]}',
  '{"items":[{}',
  '{"items":[{},]}',
  '{"items":[{} ,{}]}',
  '{"metadata":{"items":[{}]}}',
  '{"name":"items","list":[{}]}',
])
  test(`not read in pieces: ${list}`, () => {
    assert.equal(pieces(list), undefined);
  });

test('a Pod is read with the same result as after parsing its whole text', () => {
  const names = [
    'metadata,spec,status,annotations,labels,ownerReferences,containers,initContainers,ports,conditions,podIPs',
    'managedFields,env,volumeMounts,resources,containerStatuses,readinessGates,tolerations,args,restartPolicy',
  ].flatMap((it) => it.split(','));
  const arbitrary = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom('Always', 'True', 'Ready', '10.0.0.1', 8080, true, 'web'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          ...names,
          'name',
          'uid',
          'phase',
          'podIP',
          'ip',
          'containerPort',
          'type',
          'status',
          'routingHosts',
        ),
        tie('value'),
        { maxKeys: 6 },
      ),
    ),
  })).value;
  fc.assert(
    fc.property(arbitrary, arbitrary, arbitrary, (metadata, spec, status) => {
      const pod = { metadata: Object.assign({ name: 'a' }, metadata), spec, status };
      const read = (it: string) => PODS.read(JSON.parse(it), SCOPE);
      assert.deepEqual(read(lean(JSON.stringify(pod), PODS.unread)), read(JSON.stringify(pod)));
    }),
  );
});
