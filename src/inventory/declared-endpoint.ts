import type { EndpointCondition, EndpointRecord } from '../boundary/delta.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { NO_WORDS, type PodOptions } from '../wiring/words/pod-options.ts';

/** The place of an endpoint and the requests that it accepts, as its pod declares now. */
export interface EndpointState {
  readonly address: string;
  /** Of the other family. */
  readonly secondAddress?: string | undefined;
  readonly condition: EndpointCondition;
  /** Known once the pod has a node. */
  readonly zone?: string | undefined;
}

/** One port of one pod, spoken to in one way, on the control plane: what a route leads to. Only its state ever changes. */
export class DeclaredEndpoint {
  readonly number: number;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly options: PodOptions;
  readonly created: number;
  state: EndpointState;
  /** The state that the workers have; undefined when they do not know the endpoint. */
  published: EndpointRecord | undefined;
  /** Sets that name it and that the workers know. */
  publishedSets = 0;

  constructor(
    number: number,
    pod: Pick<Pod, keyof ObjectId | 'created'>,
    { port, options }: { readonly port: number; readonly options: PodOptions },
    state: EndpointState,
  ) {
    this.number = number;
    this.uid = pod.uid;
    this.namespace = pod.namespace;
    this.pod = pod.name;
    this.port = port;
    this.options = options;
    this.created = pod.created;
    this.state = state;
  }

  record(): EndpointRecord {
    const { number, uid, namespace, pod, port, created, options, state } = this;
    const place = { number, uid, namespace, pod, port, ...state };
    return {
      ...place,
      ...(created > 0 && { created }),
      ...(options !== NO_WORDS && { options }),
    };
  }
}
