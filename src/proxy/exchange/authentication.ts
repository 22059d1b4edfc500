import { type Reason, REASONS } from '../../boundary/reasons.ts';
import { FoldedNames } from '../../http1/folded-names.ts';
import type { ForwardedLines } from '../../http1/forwarded-lines.ts';
import type { HeadEdits } from '../../http1/head-edits.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { allValues } from '../../http1/request-values.ts';
import type { Authenticate, Settled } from '../../routing/decision.ts';
import type { AuthFields, AuthServices } from './auth-services.ts';
import type { Stage } from './deadlines.ts';
import type { OwnVerdict } from './ends.ts';

/** A request that an external service has to admit. */
interface AuthNeeds {
  readonly head: RequestHead;
  readonly downstream: { readonly forwarded: ForwardedLines; readBody(): void };
  readonly stage: Stage;
  proceed(decision: Settled): void;
  answer(reason: Reason, verdict: OwnVerdict): void;
}

/** The question to a service of `auth=`, and what its answer changes of the request and of its response. */
export class Authentication {
  /** Of the request: the service's fields are there, and no others of those names. */
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

  /** The request is over. */
  cancel(): void {
    this.#end();
  }
}

/** The body was not read while the service was asked, so received bytes would wait until more arrive. */
function proceed(needs: AuthNeeds, next: Settled): void {
  needs.proceed(next);
  if (needs.stage === 'collecting' || needs.stage === 'continue') needs.downstream.readBody();
}

/** As pods would get them, and what the client asked for. */
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
  for (const [name, joined] of PASSED) {
    const values = allValues(head, name);
    if (values.length > 0) fields[name] = values.join(joined);
  }
  return fields;
}

/** Fields that identify clients, and fields that name the formats they accept; how several lines become one. */
const PASSED = [
  ['cookie', '; '],
  ['authorization', ', '],
  ['accept', ', '],
  ['x-requested-with', ', '],
  ['user-agent', ' '],
] as const;
