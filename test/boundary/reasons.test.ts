import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRecord, AttemptRecord } from '../../src/boundary/access-record.ts';
import type { ReasonCount, RuleCount } from '../../src/boundary/figures.ts';
import type { PodIncident, RejectedCounts } from '../../src/boundary/incident-report.ts';
import { REASONS, UPSTREAM_FAILURES } from '../../src/boundary/reasons.ts';
import { ANSWER_REASONS } from '../../src/boundary/reasons/answer-reasons.ts';
import { OVERLOAD_REASONS } from '../../src/boundary/reasons/overload-reasons.ts';
import { AUTH_REASONS } from '../../src/boundary/reasons/auth-reasons.ts';
import { FAILURE_REASONS } from '../../src/boundary/reasons/failure-reasons.ts';
import { HEAD_REASONS } from '../../src/boundary/reasons/head-reasons.ts';
import type { ReasonRow } from '../../src/boundary/reasons/reason-row.ts';
import { RESPONSE_RULES } from '../../src/boundary/response-rules.ts';
import { PROBLEM_REASONS } from '../../src/cluster/problem-reasons.ts';
import { STATUS_TEXT } from '../../src/http1/status-text.ts';

const ROWS: readonly [string, ReasonRow][] = Object.entries(REASONS);
/** Statuses that are only logged: closed without an answer, a tunnel, the client disconnected. */
const ONLY_LOGGED = new Set([0, 101, 499]);

test('no reason is in two parts of the table', () => {
  const parts = [HEAD_REASONS, ANSWER_REASONS, OVERLOAD_REASONS, AUTH_REASONS, FAILURE_REASONS].flatMap(
    (part) => Object.keys(part),
  );
  assert.deepEqual(parts.toSorted(), Object.keys(REASONS).toSorted());
});

test('a reason is a word of lower-case letters and hyphens', () => {
  const words = [REASONS, RESPONSE_RULES, PROBLEM_REASONS].flatMap((table) => Object.keys(table));
  assert.deepEqual(
    words.filter((word) => !/^[a-z]+(-[a-z]+)*$/.test(word)),
    [],
  );
});

test('every status that is sent has its reason phrase', () => {
  const sent = ROWS.flatMap(([, { status }]) =>
    typeof status === 'number' ? [status] : Object.values(status),
  );
  assert.deepEqual(
    sent.filter((status) => !ONLY_LOGGED.has(status) && STATUS_TEXT[status] === undefined),
    [],
  );
});

test('the texts of what happened and what to do are sentences', () => {
  const rows: readonly { readonly meaning: string; readonly action?: string }[] = [
    ...Object.values(REASONS),
    ...Object.values(RESPONSE_RULES),
    ...Object.values(PROBLEM_REASONS),
  ];
  const texts = rows.flatMap(({ meaning, action = '' }) => (action === '' ? [meaning] : [meaning, action]));
  assert.deepEqual(
    texts.filter((text) => !/^\S.*[.?]$/.test(text)),
    [],
  );
});

test('only a failure of the pod ejects it or lets another pod get the request', () => {
  const others = Object.entries(FAILURE_REASONS).filter(([, { fault }]) => fault !== 'pod');
  assert.deepEqual(
    others.filter(([, { retry, ejects }]) => ejects || retry !== 'never').map(([word]) => word),
    [],
  );
  assert.ok(UPSTREAM_FAILURES.every((reason) => REASONS[reason].fault === 'pod'));
});

/** `true` where a closed list of words has widened to any string. */
type AnyText<T> = string extends T ? true : false;

test('reasons are of a closed list of words, also in the types of the log and of metrics', () => {
  // The compiler is the test: each type must be `false`.
  const open: {
    readonly access: AnyText<AccessRecord['reason']>;
    readonly detail: AnyText<AccessRecord['detail']>;
    readonly attempt: AnyText<AttemptRecord['error']>;
    readonly counter: AnyText<ReasonCount['reason']>;
    readonly rule: AnyText<RuleCount['rule']>;
    readonly ejection: AnyText<PodIncident['reason']>;
    readonly overload: AnyText<keyof RejectedCounts>;
  } = {
    access: false,
    detail: false,
    attempt: false,
    counter: false,
    rule: false,
    ejection: false,
    overload: false,
  };
  assert.ok(!Object.values(open).some(Boolean));
});
