import type { ObjectId } from '../../wiring/object-id.ts';

/** What a condition of a pod should say. */
export interface GateCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  /** One word, for programs. */
  readonly reason: 'Routed' | 'Refused';
  readonly message: string;
}

/** A condition to set on one pod. */
export interface GateChange {
  readonly pod: ObjectId;
  readonly condition: GateCondition;
}
