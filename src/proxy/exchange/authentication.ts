import { type Reason, REASONS } from '../../boundary/reasons.ts';
import { FoldedNames } from '../../http1/folded-names.ts';
import type { ForwardedLines } from '../../http1/forwarded-lines.ts';
import type { HeadEdits } from '../../http1/head-edits.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { passedValues } from '../../http1/request-values.ts';
import type { Authenticate, Settled } from '../../routing/decision.ts';
import type { AuthFields, AuthServices } from './auth-services.ts';
import type { Stage } from './deadlines.ts';
import type { OwnVerdict } from './ends.ts';

/** A request that an external service must admit. */
interface AuthNeeds {
  readonly head: RequestHead;
  readonly downstream: { readonly forwarded: ForwardedLines; readBody(): void };
  readonly stage: Stage;
  proceed(decision: Settled): void;
  answer(reason: Reason, verdict: OwnVerdict): void;
}

/** The call to a service of `auth=`, and what its answer changes in the request and in the response. */
export class Authentication {
  /** The edits of the request: it gets the fields of the service, and loses all others of those names. */
  edits: HeadEdits;
  /** Lines for the client, each with its CRLF. */
  cookies = '';
  #end: () => void = () => undefined;

  constructor(needs: AuthNeeds, decision: Authenticate, services: AuthServices) {
    const { service } = decision;
    const dropped = new FoldedNames(services.headersOf(service));
    this.edits = { dropped, lines: '' };
    const end = services.ask(service, fieldsOf(needs, decision), (answer) => {
      if (answer.kind === 'let') {
        this.edits = { dropped, lines: answer.fields };
        this.cookies = answer.cookies;
      }
      const next = decision.answered(answer.kind === 'let');
      if (next !== undefined) proceed(needs, next);
      else if (answer.kind === 'refused') needs.answer('auth-refused', { ...answer, close: false });
      else if (answer.kind === 'unavailable') needs.answer(answer.reason, REASONS[answer.reason]);
    });
    this.#end = end;
  }

  /** The request is over: ends the call. */
  cancel(): void {
    this.#end();
  }
}

/** podway does not read the body during the call, so bytes that were received would wait until more arrive. */
function proceed(needs: AuthNeeds, next: Settled): void {
  needs.proceed(next);
  if (needs.stage === 'collecting' || needs.stage === 'continue') needs.downstream.readBody();
}

/**
 * The method, the URI and the forwarded fields as pods would get them, and the fields of FORWARDED_FIELDS that podway would
 * forward to pods.
 */
function fieldsOf({ head, downstream: { forwarded } }: AuthNeeds, { hop }: Authenticate): AuthFields {
  const fields: Record<string, string> = {
    'X-Forwarded-Method': head.method,
    'X-Forwarded-Uri': `${head.path}${head.query}`,
  };
  for (const line of forwarded.of(head, hop).split('\r\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
  }
  if (forwarded.peer.trusted) {
    if (head.forwardedProto !== '') fields['X-Forwarded-Proto'] = head.forwardedProto;
    if (head.forwardedHost !== '') fields['X-Forwarded-Host'] = head.forwardedHost;
    if (head.forwardedPort !== '') fields['X-Forwarded-Port'] = head.forwardedPort;
  }
  for (const [name, joined] of FORWARDED_FIELDS) {
    const values = passedValues(head, name);
    if (values.length > 0) fields[name] = values.join(joined);
  }
  return fields;
}

/** Fields that identify clients, and fields that name the formats they accept, with the text that joins several lines. */
const FORWARDED_FIELDS = [
  ['cookie', '; '],
  ['authorization', ', '],
  ['accept', ', '],
  ['x-requested-with', ', '],
  ['user-agent', ' '],
] as const;
