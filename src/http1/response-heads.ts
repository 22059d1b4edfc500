import type { RuleOf } from '../boundary/response-rules.ts';
import { SharedHeads } from './connection-heads.ts';
import type { HeadLimits } from './limits.ts';
import type { ResponseHead } from './response-head.ts';
import { ResponseParser } from './response-parser.ts';

/** What the readers of responses on many connections share. */
export class SharedResponses extends SharedHeads<ResponseHead, RuleOf<'head'>> {
  constructor(limits: HeadLimits) {
    super(() => new ResponseParser(limits), isFinal);
  }
}

function isFinal({ status }: ResponseHead): boolean {
  return status >= 200;
}
