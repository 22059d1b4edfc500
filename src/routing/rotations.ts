import { type EndpointRecord, NOBODY, type RouteDelta } from '../boundary/delta.ts';
import { NO_WORDS } from '../wiring/words/pod-options.ts';
import type { EndpointRegistry } from './endpoint-registry.ts';
import type { Flavour } from './flavours.ts';
import { type Member, Rotation, type RouteOptionsOf } from './rotation.ts';

interface Seat {
  readonly member: Member;
  /** Rotations that it belongs to. */
  readonly rotations: Set<Rotation>;
}

interface NumberedRotation {
  readonly rotation: Rotation;
  readonly seats: readonly Seat[];
}

/** Of a path that is held for a namespace without pods: it is for no request, so that nothing there is found (404). */
class NobodysRotation extends Rotation {
  override readonly flavours: readonly Flavour[] = [];
  override readonly isConditioned = true;
}

/** A worker's endpoints and sets by the numbers that the control plane gave them. */
export class Rotations {
  readonly #registry: EndpointRegistry;
  readonly #optionsOf: RouteOptionsOf;
  readonly #none: Rotation;
  readonly #nobodys: Rotation;
  readonly #seats = new Map<number, Seat>();
  readonly #rotations = new Map<number, NumberedRotation>();
  /** Of endpoints that were there: not yet live. */
  #staged: EndpointRecord[] = [];

  constructor(registry: EndpointRegistry, optionsOf: RouteOptionsOf) {
    this.#registry = registry;
    this.#optionsOf = optionsOf;
    this.#none = new Rotation([], optionsOf);
    this.#nobodys = new NobodysRotation([], optionsOf);
  }

  /** Without endpoints where nothing is known of the set. */
  get(set: number): Rotation {
    if (set === NOBODY) return this.#nobodys;
    return this.#rotations.get(set)?.rotation ?? this.#none;
  }

  /** What is new can be used by routes that are being made; what is known changes in `commit`. */
  stage({ endpoints, sets }: RouteDelta): void {
    for (const record of endpoints) {
      if (this.#seats.has(record.number)) this.#staged.push(record);
      else this.#add(record);
    }
    for (const { set, endpoints: numbers } of sets) {
      if (this.#rotations.has(set)) continue;
      const seats = numbers.map((it) => this.#seats.get(it)).filter((it) => it !== undefined);
      const rotation = new Rotation(
        seats.map(({ member }) => member),
        this.#optionsOf,
      );
      for (const { rotations } of seats) rotations.add(rotation);
      this.#rotations.set(set, { rotation, seats });
    }
  }

  commit({ setsGone, endpointsGone }: Pick<RouteDelta, 'setsGone' | 'endpointsGone'>): void {
    for (const record of this.#staged) this.#update(record);
    this.#staged = [];
    for (const set of setsGone) {
      const gone = this.#rotations.get(set);
      if (gone === undefined) continue;
      for (const { rotations } of gone.seats) rotations.delete(gone.rotation);
      this.#rotations.delete(set);
    }
    for (const number of endpointsGone) {
      this.#release(this.#seats.get(number)?.member);
      this.#seats.delete(number);
    }
  }

  /** None of it is in use any more. */
  releaseAll(): void {
    for (const { member } of this.#seats.values()) this.#release(member);
  }

  #add(record: EndpointRecord): void {
    const endpoint = isInRotation(record) ? this.#registry.acquire(record) : undefined;
    const { uid, namespace, pod, port, zone = '', created = 0, condition, options } = record;
    const { guards, candidate, route } = options ?? NO_WORDS;
    const words = { guards, candidate, route };
    const member = {
      uid,
      namespace,
      pod,
      port,
      created,
      ...words,
      condition,
      zone,
      endpoint,
      left: undefined,
    };
    this.#seats.set(record.number, { member, rotations: new Set() });
  }

  #update(record: EndpointRecord): void {
    const seat = this.#seats.get(record.number);
    if (seat === undefined) return;
    const { member } = seat;
    // In this order, so that one that stays is not taken for gone.
    const endpoint = isInRotation(record)
      ? this.#registry.acquire(record, rampBefore(member, this.#registry.now))
      : undefined;
    if (endpoint !== undefined) member.left = undefined;
    else if (member.endpoint !== undefined)
      member.left = { at: this.#registry.now, readySince: member.endpoint.readySince };
    this.#release(member);
    const { zone = '' } = record;
    const asBefore =
      member.endpoint === endpoint && isLastResort(member) === isLastResort(record) && member.zone === zone;
    member.condition = record.condition;
    member.zone = zone;
    if (asBefore) return;
    member.endpoint = endpoint;
    for (const rotation of seat.rotations) rotation.memberChanged();
  }

  /** Rotations that are on their way out may still hold the member: running exchanges learn it from `health.gone`. */
  #release(member: Member | undefined): void {
    if (member?.endpoint !== undefined) this.#registry.release(member.endpoint);
  }
}

function isInRotation({ condition, address }: EndpointRecord): boolean {
  return (condition === 'ready' || condition === 'node-silent') && address !== '';
}

/** Since when it is ready, if it was not for less than its slow start takes: that was no start. */
function rampBefore({ left, candidate }: Member, now: number): number | undefined {
  return left !== undefined && now - left.at < (candidate?.slowStart ?? 0) ? left.readySince : undefined;
}

function isLastResort({ condition }: Pick<EndpointRecord, 'condition'>): boolean {
  return condition === 'node-silent';
}
