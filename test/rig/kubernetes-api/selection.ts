import { own, ownString } from '../../../src/wiring/json.ts';
import { parseSelector } from '../../../src/wiring/selector.ts';
import type { ApiObject, Change } from './store.ts';

export interface Selection {
  readonly matches: (object: ApiObject) => boolean;
  /** The one name that `fieldSelector=metadata.name=…` asks for: authorisation looks at it. */
  readonly name: string | undefined;
}

/** Reads the selectors of a list or watch; a text is the message of a 400. */
export function readSelection(query: URLSearchParams, namespace: string | undefined): Selection | string {
  const labels = parseSelector(query.get('labelSelector') ?? '');
  if ('problem' in labels) return `unable to parse requirement: ${labels.problem}`;
  const fields: ((object: ApiObject) => boolean)[] = [];
  let name: string | undefined;
  for (const term of (query.get('fieldSelector') ?? '').split(',').filter(Boolean)) {
    const [, field = '', operator = '', value = ''] = /^(.*?)(!=|==|=)(.*)$/.exec(term) ?? [];
    const read = FIELDS[field];
    if (read === undefined) return `field label not supported: ${field || term}`;
    fields.push((object) => (read(object) === value) !== (operator === '!='));
    if (field === 'metadata.name' && operator !== '!=') name = value;
  }
  return {
    name,
    matches: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      labels.matches(new Map(Object.entries(object.metadata.labels ?? {}))) &&
      fields.every((holds) => holds(object)),
  };
}

const FIELDS: Readonly<Record<string, (object: ApiObject) => string>> = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace,
  // Of events: what kubectl describe asks for.
  'involvedObject.uid': (object) => involved(object, 'uid'),
  'involvedObject.name': (object) => involved(object, 'name'),
  'involvedObject.namespace': (object) => involved(object, 'namespace'),
};

function involved(object: ApiObject, field: string): string {
  return ownString(own(object, 'involvedObject'), field) ?? '';
}

/**
 * What a watch with this selection is told of a change. An object that leaves the selection is sent as DELETED in its
 * last matching state with the version of the change, one that enters it as ADDED (cacher, `newCacheWatcher`).
 */
export function toldOf(
  change: Change,
  selection: Selection,
): { type: string; object: ApiObject } | undefined {
  const { previous, current, version } = change;
  const was = previous !== undefined && selection.matches(previous);
  const is = current !== undefined && selection.matches(current);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: current };
  if (!was) return undefined;
  const metadata = { ...previous.metadata, resourceVersion: String(version) };
  return { type: 'DELETED', object: { ...previous, metadata } };
}
