import type { AuditedQuestion } from '../telemetry/audit-log.ts';
import { withoutQuery } from '../wiring/without-query.ts';
import type { Question } from './operator-answers.ts';

const MAX_VALUE_LENGTH = 256;
/** Parameters that contain names and no secrets. */
const AUDITED_NAMES = [
  'host',
  'path',
  'method',
  'peer',
  'tls',
  'at',
  'id',
  'since',
  'status',
  'reason',
  'limit',
];

/** The parts of a query that the audit log may contain. */
export function auditedParameters({ query }: Question): AuditedQuestion['about'] {
  const about: Record<string, string> = {};
  for (const name of AUDITED_NAMES) {
    const value = query.get(name);
    if (value !== null) about[name] = withoutQuery(value).slice(0, MAX_VALUE_LENGTH);
  }
  return about;
}
