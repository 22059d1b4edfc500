import { own, ownArray, ownString, readIdentity } from '../wiring/json.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import { printable } from '../wiring/rejection.ts';

/** What entering a pod needs to know of it. */
export interface PodView extends ObjectId {
  /** Pending, Running, Succeeded, Failed, Unknown. */
  readonly phase: string;
  /** Why it is in that phase: Evicted and the like. */
  readonly reason: string | undefined;
  /** In the order of the spec: containers, then init containers, then ephemeral ones. */
  readonly containers: readonly ContainerView[];
  /** How many of them are ordinary ones. */
  readonly ordinary: number;
  /** What the annotation `kubectl.kubernetes.io/default-container` says. */
  readonly defaultContainer: string | undefined;
}

export interface ContainerView {
  readonly name: string;
  readonly tty: boolean;
  /** Another one after a restart; undefined as long as the kubelet has not said it. */
  readonly id: string | undefined;
  /** How it ended, as a phrase; undefined while it runs. */
  readonly ended: string | undefined;
}

const KINDS = [
  ['containers', 'containerStatuses'],
  ['initContainers', 'initContainerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const;

/** Reduces a pod of the API to a view of it; undefined when it has no usable name. */
export function readPodView(object: unknown): PodView | undefined {
  const identity = readIdentity(object);
  if (identity === undefined) return undefined;
  const [spec, status] = [own(object, 'spec'), own(object, 'status')];
  const annotations = own(own(object, 'metadata'), 'annotations');
  return {
    ...identity,
    phase: ownString(status, 'phase') ?? 'Unknown',
    reason: ownString(status, 'reason'),
    containers: KINDS.flatMap(([specs, statuses]) =>
      ownArray(spec, specs).map((it) => readContainer(it, ownArray(status, statuses))),
    ),
    ordinary: ownArray(spec, 'containers').length,
    defaultContainer: ownString(annotations, 'kubectl.kubernetes.io/default-container') || undefined,
  };
}

function readContainer(spec: unknown, statuses: readonly unknown[]): ContainerView {
  const name = ownString(spec, 'name') ?? '';
  const status = statuses.find((it) => own(it, 'name') === name);
  const ended = own(own(status, 'state'), 'terminated') ?? undefined;
  const [reason, code] = [ownString(ended, 'reason'), own(ended, 'exitCode')];
  return {
    name,
    tty: own(spec, 'tty') === true,
    id: ownString(status, 'containerID') || undefined,
    ended:
      ended === undefined ? undefined : `${printable(reason ?? 'ended')}, exit code ${Number(code ?? 0)}`,
  };
}

/** The container that a name, the pod's annotation or the order of the spec chooses, or why there is none to enter. */
export type ChosenContainer =
  | { readonly container: ContainerView; readonly isGuess: boolean }
  | { readonly problem: string };

/** As kubectl: the wanted one, else the annotated one, else the first; the last is a guess when there are several. */
export function chooseContainer(pod: PodView, requested: string | undefined): ChosenContainer {
  const where = `pod ${pod.namespace}/${pod.name}`;
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed')
    return { problem: `${where} has ended (${printable(pod.reason ?? pod.phase)})` };
  const named = requested ?? pod.containers.find(({ name }) => name === pod.defaultContainer)?.name;
  const container =
    named === undefined ? pod.containers[0] : pod.containers.find(({ name }) => name === named);
  if (container !== undefined) return { container, isGuess: named === undefined && pod.ordinary > 1 };
  const names = pod.containers.map(({ name }) => printable(name)).join(', ');
  return { problem: `${where} has no container ${printable(named ?? '')}, only ${names}` };
}

/** Why a session in this container is over, by what the pod was when it began and what it is now; undefined: it is not. */
export function endOfSession(
  before: PodView,
  now: PodView | undefined,
  container: string,
): string | undefined {
  const where = `pod ${before.namespace}/${before.name}`;
  if (now === undefined) return `${where} was deleted`;
  if (now.uid !== before.uid) return `${where} was deleted, and there is another one of that name`;
  if (now.phase === 'Succeeded' || now.phase === 'Failed')
    return `${where} has ended (${printable(now.reason ?? now.phase)})`;
  const [first, last] = [before, now].map((pod) => pod.containers.find(({ name }) => name === container));
  if (last?.ended !== undefined) return `container ${container} of ${where} has ended (${last.ended})`;
  if (first?.id !== undefined && last?.id !== undefined && last.id !== first.id)
    return `container ${container} of ${where} was restarted`;
  return undefined;
}
