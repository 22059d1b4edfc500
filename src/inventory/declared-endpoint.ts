import type { EndpointCondition, EndpointRecord } from '../boundary/delta.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { NO_OPTIONS, type PodOptions } from '../wiring/options/pod-options.ts';

/** The part of an endpoint that changes while its pod lives. */
export interface EndpointState {
  readonly address: string;
  /** The address of the other IP family; undefined when the pod has only one. */
  readonly secondAddress?: string | undefined;
  readonly condition: EndpointCondition;
  /** The zone of the pod's node; undefined when it is not known. */
  readonly zone?: string | undefined;
}

/**
 * One port of one pod with one set of options, on the main thread. Routes lead to endpoints. Only the state and what is
 * published of it change.
 */
export class DeclaredEndpoint {
  readonly number: number;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly options: PodOptions;
  readonly created: number;
  state: EndpointState;
  /** The record that the workers have; undefined when they do not know the endpoint. */
  published: EndpointRecord | undefined;
  /** Number of published sets that contain it. */
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
      ...(options !== NO_OPTIONS && { options }),
    };
  }
}
