import type { NamedValue } from './endpoint-options.ts';

/** Conditions that a request must meet for a pod to get it. All of them must be met. */
export interface Conditions {
  /** In upper case; a list with GET also has HEAD. Undefined: any method. */
  readonly methods?: readonly string[];
  readonly headers?: readonly NamedValue[];
  readonly cookies?: readonly NamedValue[];
  /** The pods also get a share (`share=`) of the requests that meet no pod's conditions. */
  readonly sharesOthers?: true;
}
