import type { FieldWord } from './endpoint-words.ts';

/** Which requests pods are for. All of it has to be met. */
export interface Conditions {
  /** In upper case; GET is never without HEAD. Undefined: any. */
  readonly methods?: readonly string[];
  readonly headers?: readonly FieldWord[];
  readonly cookies?: readonly FieldWord[];
  /** The pods also have a share of the requests that meet no pod's conditions. */
  readonly sharesOthers?: true;
}
