import type { ObjectId } from '../../wiring/object-id.ts';
import type { Controller } from '../workloads/controller.ts';
import type { OwnedPod } from '../workloads/owned-pods.ts';
import { WORKLOADS, type Workload } from '../workloads/workload.ts';
import type { KindTable } from '../kind.ts';
import type { SourceProblem } from '../source.ts';
import { type TrackedFile, trackFileAtStart } from './tracked-file.ts';
import { type FolderState, mergeFiles } from './folder-state.ts';
import { type GivenOptions, GivenReading } from './given-reading.ts';
import type { GivenText } from './given-text.ts';
import { UNREAD } from './manifest-file.ts';
import { filterObjects } from './selected.ts';

/** Names an object with its kind; no part of the name contains a slash. */
export function kindKey({ kind, namespace, name }: Controller & { readonly namespace: string }): string {
  return `${kind}/${namespace}/${name}`;
}

/** Manifests that podway reads once, as if they were applied: pods, Secrets, and workloads, which make pods. */
export class GivenManifests {
  /** Workloads that no other given object makes. */
  readonly workloads: readonly Workload[];
  /** All problems, in file order. */
  readonly problems: readonly SourceProblem[];
  /** A part is not a manifest, so the effect of the whole is unknown. */
  readonly unreadable: boolean;
  /** Number of objects of kinds without routes, by kind. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** Number of objects in namespaces that podway does not look at. */
  readonly elsewhere: number;
  readonly #options: GivenOptions;
  readonly #workloads: ReadonlyMap<string, Workload>;
  readonly #files: ReadonlyMap<string, TrackedFile>;

  private constructor(reading: GivenReading) {
    this.#options = reading.options;
    this.#files = reading.files;
    this.passedOver = reading.passedOver;
    this.elsewhere = reading.elsewhere;
    this.unreadable = reading.broken > 0;
    const merged = this.#merge(this.#files, reading.kinds);
    this.problems = merged.problems;
    const all = Object.keys(WORKLOADS).flatMap((name) => [...(merged.objects[name]?.values() ?? [])]);
    this.#workloads = new Map((all as Workload[]).map((it) => [kindKey(it), it]));
    this.workloads = [...this.#workloads.values()].filter((it) => !this.has(it.controller, it.namespace));
  }

  /** @throws AbortError */
  static async read(texts: readonly GivenText[], options: GivenOptions): Promise<GivenManifests> {
    const reading = new GivenReading(options);
    await reading.read(texts);
    return new GivenManifests(reading);
  }

  /** Whether a workload of this name is given. */
  has(controller: Controller | undefined, namespace: string): boolean {
    return controller !== undefined && this.#workloads.has(kindKey({ ...controller, namespace }));
  }

  /**
   * The template from which a workload's pods are made; undefined if it belongs to another object that is not given.
   */
  templateOf({
    template,
    templateOf: name,
    namespace,
  }: Workload): { readonly template: unknown } | undefined {
    if (name === undefined) return { template };
    return this.#workloads.get(kindKey({ kind: 'Deployment', namespace, name }));
  }

  /** Pods and Secrets, including the pods of workloads. */
  objects(made: readonly OwnedPod[]): FolderState['objects'] {
    const files = new Map<string, TrackedFile>();
    const isOwn = (kind: string, object: ObjectId) =>
      kind !== 'pods' || !this.has((object as OwnedPod).controller, object.namespace);
    for (const [name, file] of this.#files) {
      const { contents } = file;
      const objects = contents && filterObjects(contents.objects, isOwn);
      files.set(name, contents && objects ? { ...file, contents: { ...contents, objects } } : file);
    }
    // No file has this name.
    const contents = { objects: { pods: made }, suspects: [] };
    files.set('', trackFileAtStart({ ...UNREAD, contents, mayHideSecret: false }));
    return this.#merge(files, this.#options.kinds).objects;
  }

  #merge(files: ReadonlyMap<string, TrackedFile>, kinds: KindTable): FolderState {
    const { secretName, namespace } = this.#options.context.scope;
    return mergeFiles(files, { kinds, secretName, namespace, knownNamespaces: undefined });
  }
}
