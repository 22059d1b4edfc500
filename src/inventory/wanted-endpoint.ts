import type { EndpointCondition, EndpointRecord } from '../boundary/delta.ts';
import type { ObjectId } from '../wiring/object-id.ts';

/** Where an endpoint is and what may be sent there, as its pod says now. */
export interface EndpointState {
  readonly address: string;
  /** Of the other family. */
  readonly secondAddress?: string | undefined;
  readonly condition: EndpointCondition;
}

/** One port of one pod on the control plane: what a route leads to. Only its state ever changes. */
export class WantedEndpoint {
  readonly number: number;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  state: EndpointState;
  /** What the workers know; undefined when they know nothing of it. */
  published: EndpointRecord | undefined;
  /** Sets that name it and that the workers know. */
  publishedSets = 0;

  constructor(number: number, pod: ObjectId, port: number, state: EndpointState) {
    this.number = number;
    this.uid = pod.uid;
    this.namespace = pod.namespace;
    this.pod = pod.name;
    this.port = port;
    this.state = state;
  }

  record(): EndpointRecord {
    const { number, uid, namespace, pod, port } = this;
    return { number, uid, namespace, pod, port, ...this.state };
  }
}
