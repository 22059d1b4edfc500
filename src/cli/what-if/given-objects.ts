import type { ManifestContext } from '../../cluster/kind.ts';
import { type GivenManifests, kindKey } from '../../cluster/manifests/given-manifests.ts';
import type { OwnedPod } from '../../cluster/workloads/owned-pods.ts';
import { MOST_PODS, podsOf } from '../../cluster/workloads/workload-pods.ts';
import type { Workload } from '../../cluster/workloads/workload.ts';
import { own } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import type { Backend } from '../../whatif/backend.ts';

/** A workload that is given, and what it comes to. */
export interface CountedWorkload extends Backend {
  readonly pods: number;
  /** The same in words, with the reason. */
  readonly counted: string;
}

export interface MadePods {
  readonly workloads: readonly CountedWorkload[];
  readonly pods: readonly OwnedPod[];
  /** What a person should know of them. */
  readonly notes: readonly string[];
}

/**
 * The pods that the given workloads come to.
 *
 * @param livePods how many a workload has now, by `kindKey`
 */
export function makePods(
  given: GivenManifests,
  context: ManifestContext,
  livePods: ReadonlyMap<string, number>,
): MadePods {
  const workloads: CountedWorkload[] = [];
  const pods: OwnedPod[] = [];
  const notes: string[] = [];
  for (const workload of given.workloads) {
    const { kind, namespace, name } = workload;
    const now = livePods.get(kindKey(workload)) ?? 0;
    const { count, words } = counted(workload, now);
    workloads.push({ kind, namespace, name, pods: count, counted: words });
    const found = given.templateOf(workload);
    const made = found === undefined ? [] : podsOf(workload, count, context, found.template);
    for (const pod of made) pods.push(pod);
    const named = printable(`${kind} ${namespace}/${name}`);
    notes.push(...notesOn(workload, found?.template, context, made).map((it) => `${named}: ${it}`));
  }
  return { workloads, pods, notes };
}

function counted(
  { wanted, name }: Workload,
  now: number,
): { readonly count: number; readonly words: string } {
  switch (wanted.why) {
    case 'replicas':
      return { count: wanted.count, words: pods(wanted.count) };
    case 'numbered': {
      const { count, from } = wanted;
      const named = printable(
        count < 2 ? `${name}-${from}` : `${name}-${from} to ${name}-${from + count - 1}`,
      );
      return { count, words: count === 0 ? pods(0) : `${pods(count)}, ${named}` };
    }
    case 'job':
      return { count: wanted.count, words: `${pods(wanted.count)} while it runs` };
    case 'cron-job':
      return { count: wanted.count, words: `${pods(wanted.count)} while a job of it runs` };
    case 'suspended':
      return { count: 0, words: 'no pod, as it is suspended' };
    case 'unsaid':
      return now > 0
        ? { count: now, words: `${pods(now)} as now, since spec.replicas is not said` }
        : { count: 1, words: '1 pod, since spec.replicas is not said' };
    case 'each-node':
      return now > 0
        ? { count: now, words: `${pods(now)} as now, one on each node` }
        : { count: 1, words: '1 pod for each node, counted as one' };
  }
  return { count: 0, words: printable(name) };
}

function pods(count: number): string {
  return count > 1 ? `${count} pods` : `${count || 'no'} pod`;
}

function notesOn(
  { misplaced, templateOf, namespace, defect, wanted }: Workload,
  template: unknown,
  { scope, selector }: ManifestContext,
  made: readonly OwnedPod[],
): string[] {
  const notes = misplaced.map((it) => `${it} stands on it, and counts on its pod template only`);
  if (templateOf !== undefined && template === undefined)
    notes.push(
      `the pod template is that of Deployment ${printable(`${namespace}/${templateOf}`)}, which is not given`,
    );
  const annotations = own(own(template, 'metadata'), 'annotations');
  const wants = [scope.annotations.hosts, scope.annotations.paths].some(
    (it) => own(annotations, it) !== undefined,
  );
  const isNone = 'count' in wanted && wanted.count === 0;
  if (wants && made.length === 0 && defect === undefined && !isNone)
    notes.push(
      `its pods would not have the labels ${printable(selector.text)} (ROUTABLE_LABEL_SELECTOR): not routed`,
    );
  if ('count' in wanted && wanted.count > MOST_PODS) notes.push(`the first ${MOST_PODS} pods are looked at`);
  return notes;
}
