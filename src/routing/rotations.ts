import { type EndpointRecord, EMPTY_SET, type RouteDelta } from '../boundary/delta.ts';
import { NO_OPTIONS } from '../wiring/options/pod-options.ts';
import type { EndpointRegistry } from './endpoint-registry.ts';
import type { Flavour } from './flavours.ts';
import { type Member, Rotation, type RouteOptionsOf } from './rotation.ts';

interface Slot {
  readonly member: Member;
  /** The rotations that contain the member. */
  readonly rotations: Set<Rotation>;
}

interface NumberedRotation {
  readonly rotation: Rotation;
  readonly slots: readonly Slot[];
}

/** The rotation of a path that is held for a namespace without pods. It is for no request, so requests get 404. */
class HeldRotation extends Rotation {
  override readonly flavours: readonly Flavour[] = [];
  override readonly isConditioned = true;
}

/** A worker's endpoints and sets, by the numbers that the main thread gave them. */
export class Rotations {
  readonly #registry: EndpointRegistry;
  readonly #optionsOf: RouteOptionsOf;
  readonly #none: Rotation;
  readonly #held: Rotation;
  readonly #slots = new Map<number, Slot>();
  readonly #rotations = new Map<number, NumberedRotation>();
  /** New records of known endpoints. They are not live yet. */
  #staged: EndpointRecord[] = [];

  constructor(registry: EndpointRegistry, optionsOf: RouteOptionsOf) {
    this.#registry = registry;
    this.#optionsOf = optionsOf;
    this.#none = new Rotation([], optionsOf);
    this.#held = new HeldRotation([], optionsOf);
  }

  /** The rotation of a set; without endpoints if the set is not known. */
  get(set: number): Rotation {
    if (set === EMPTY_SET) return this.#held;
    return this.#rotations.get(set)?.rotation ?? this.#none;
  }

  /**
   * Stages a change. Routes that are being built can use the new endpoints and sets. Known endpoints change in
   * `commit`.
   */
  stage({ endpoints, sets }: RouteDelta): void {
    for (const record of endpoints) {
      if (this.#slots.has(record.number)) this.#staged.push(record);
      else this.#add(record);
    }
    for (const { set, endpoints: numbers } of sets) {
      if (this.#rotations.has(set)) continue;
      const slots = numbers.map((it) => this.#slots.get(it)).filter((it) => it !== undefined);
      const rotation = new Rotation(
        slots.map(({ member }) => member),
        this.#optionsOf,
      );
      for (const { rotations } of slots) rotations.add(rotation);
      this.#rotations.set(set, { rotation, slots });
    }
  }

  commit({ setsGone, endpointsGone }: Pick<RouteDelta, 'setsGone' | 'endpointsGone'>): void {
    for (const record of this.#staged) this.#update(record);
    this.#staged = [];
    for (const set of setsGone) {
      const gone = this.#rotations.get(set);
      if (gone === undefined) continue;
      for (const { rotations } of gone.slots) rotations.delete(gone.rotation);
      this.#rotations.delete(set);
    }
    for (const number of endpointsGone) {
      this.#release(this.#slots.get(number)?.member);
      this.#slots.delete(number);
    }
  }

  /** Releases all endpoints, because these rotations are no longer in use. */
  releaseAll(): void {
    for (const { member } of this.#slots.values()) this.#release(member);
  }

  #add(record: EndpointRecord): void {
    const endpoint = isInRotation(record) ? this.#registry.acquire(record) : undefined;
    const { uid, namespace, pod, port, zone = '', created = 0, condition, options } = record;
    const { guards, candidate, route } = options ?? NO_OPTIONS;
    const declared = { guards, candidate, route };
    const member = {
      uid,
      namespace,
      pod,
      port,
      created,
      ...declared,
      condition,
      zone,
      endpoint,
      lastReady: undefined,
    };
    this.#slots.set(record.number, { member, rotations: new Set() });
  }

  #update(record: EndpointRecord): void {
    const slot = this.#slots.get(record.number);
    if (slot === undefined) return;
    const { member } = slot;
    // Acquired before the old one is released, so that an endpoint that stays does not count as gone.
    const endpoint = isInRotation(record)
      ? this.#registry.acquire(record, rampBefore(member, this.#registry.now))
      : undefined;
    if (endpoint !== undefined) member.lastReady = undefined;
    else if (member.endpoint !== undefined)
      member.lastReady = { at: this.#registry.now, readySince: member.endpoint.readySince };
    this.#release(member);
    const { zone = '' } = record;
    const asBefore =
      member.endpoint === endpoint && isLastResort(member) === isLastResort(record) && member.zone === zone;
    member.condition = record.condition;
    member.zone = zone;
    if (asBefore) return;
    member.endpoint = endpoint;
    for (const rotation of slot.rotations) rotation.memberChanged();
  }

  /** Rotations that are about to go may still contain the member. Running exchanges see `health.gone`. */
  #release(member: Member | undefined): void {
    if (member?.endpoint !== undefined) this.#registry.release(member.endpoint);
  }
}

function isInRotation({ condition, address }: EndpointRecord): boolean {
  return (condition === 'ready' || condition === 'node-silent') && address !== '';
}

/**
 * Since when it has been ready, if the interruption was shorter than its slow start: then the slow start does not begin
 * again.
 */
function rampBefore({ lastReady, candidate }: Member, now: number): number | undefined {
  return lastReady !== undefined && now - lastReady.at < (candidate?.slowStart ?? 0)
    ? lastReady.readySince
    : undefined;
}

function isLastResort({ condition }: Pick<EndpointRecord, 'condition'>): boolean {
  return condition === 'node-silent';
}
