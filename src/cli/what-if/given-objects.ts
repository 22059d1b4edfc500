import type { ManifestContext } from '../../cluster/kind.ts';
import { type GivenManifests, kindKey } from '../../cluster/manifests/given-manifests.ts';
import type { OwnedPod } from '../../cluster/workloads/owned-pods.ts';
import { podOf } from '../../cluster/workloads/workload-pods.ts';
import type { Workload } from '../../cluster/workloads/workload.ts';
import { counted } from '../../wiring/counted.ts';
import { own } from '../../wiring/json.ts';
import { keyOf } from '../../wiring/object-id.ts';
import { printable } from '../../wiring/rejection.ts';
import type { Backend } from '../../whatif/backend.ts';

/** A given workload, and the number of its pods. */
export interface CountedWorkload extends Backend {
  readonly pods: number;
  /** The number in words, with its reason. */
  readonly counted: string;
}

export interface MadePods {
  readonly workloads: readonly CountedWorkload[];
  /** One pod for each workload; it represents all pods of the workload. */
  readonly pods: readonly OwnedPod[];
  /** How many pods each of `pods` represents, by `keyOf`. */
  readonly counts: ReadonlyMap<string, number>;
  /** Notes for the user about the workloads. */
  readonly notes: readonly string[];
}

/**
 * The pods that a cluster would make for the given workloads.
 *
 * @param livePods the current number of pods of each workload, by `kindKey`
 */
export function makePods(
  given: GivenManifests,
  context: ManifestContext,
  livePods: ReadonlyMap<string, number>,
): MadePods {
  const workloads: CountedWorkload[] = [];
  const pods: OwnedPod[] = [];
  const counts = new Map<string, number>();
  const notes: string[] = [];
  for (const workload of given.workloads) {
    const { kind, namespace, name } = workload;
    const now = livePods.get(kindKey(workload)) ?? 0;
    const { count, words } = podsOf(workload, now);
    workloads.push({ kind, namespace, name, pods: count, counted: words });
    const found = given.templateOf(workload);
    // Pods without the label are left out, since they may be meant for another router. A note of the workload reports it.
    const pod = found && podOf(workload, { ...context, absentLabels: 'passed-over' }, found.template);
    if (pod !== undefined && (count > 0 || pod.defect !== undefined)) {
      pods.push(pod);
      counts.set(keyOf(pod), count);
    }
    const named = printable(`${kind} ${namespace}/${name}`);
    const isChosen = pod !== undefined;
    notes.push(...notesOn(workload, found?.template, context, isChosen).map((it) => `${named}: ${it}`));
  }
  return { workloads, pods, counts, notes };
}

function podsOf(
  { desired, name }: Workload,
  now: number,
): { readonly count: number; readonly words: string } {
  switch (desired.why) {
    case 'replicas':
      return { count: desired.count, words: pods(desired.count) };
    case 'numbered': {
      const { count, from } = desired;
      const named = printable(
        count < 2 ? `${name}-${from}` : `${name}-${from} to ${name}-${from + count - 1}`,
      );
      return { count, words: count === 0 ? pods(0) : `${pods(count)}, ${named}` };
    }
    case 'job':
      return { count: desired.count, words: `${pods(desired.count)} while it runs` };
    case 'cron-job':
      return { count: desired.count, words: `${pods(desired.count)} while a job of it runs` };
    case 'suspended':
      return { count: 0, words: 'no pod: it is suspended' };
    case 'unsaid':
      return now > 0
        ? { count: now, words: `${pods(now)} as now, since spec.replicas is not set` }
        : { count: 1, words: '1 pod, since spec.replicas is not set' };
    case 'each-node':
      return now > 0
        ? { count: now, words: `${pods(now)} as now, one on each node` }
        : { count: 1, words: '1 pod for each node, counted as one' };
  }
  return { count: 0, words: printable(name) };
}

function pods(count: number): string {
  return count === 0 ? 'no pod' : counted(count, 'pod');
}

function notesOn(
  { misplaced, templateOf, namespace, defect, desired }: Workload,
  template: unknown,
  { scope, selector }: ManifestContext,
  isChosen: boolean,
): string[] {
  const notes = misplaced.map(
    (it) => `${it} is set on the workload itself; podway reads it only from the pod template`,
  );
  if (templateOf !== undefined && template === undefined)
    notes.push(
      `the pod template is that of Deployment ${printable(`${namespace}/${templateOf}`)}, which is not given`,
    );
  const annotations = own(own(template, 'metadata'), 'annotations');
  const hasAnnotations = [scope.annotations.hosts, scope.annotations.paths].some(
    (it) => own(annotations, it) !== undefined,
  );
  if (isChosen && !hasAnnotations && misplaced.length === 0)
    notes.push(
      `its pods have the labels ${printable(selector.text)}, and neither ${scope.annotations.hosts} nor ${scope.annotations.paths}: not routed`,
    );
  const isNone = 'count' in desired && desired.count === 0;
  if (hasAnnotations && !isChosen && defect === undefined && !isNone)
    notes.push(
      `its pods would not have the labels ${printable(selector.text)} (ROUTABLE_LABEL_SELECTOR): not routed`,
    );
  return notes;
}
