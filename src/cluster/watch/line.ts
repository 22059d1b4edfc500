import type { ObjectId } from '../../wiring/object-id.ts';
import { own, ownString, readIdentity } from '../../wiring/json.ts';
import { parseJson, readStatus, type Status } from '../api/status.ts';

/** Marks the bookmark after which a watch with `sendInitialEvents` has sent everything there is (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** One line of a watch, read as far as the protocol goes; the object itself is not checked yet. */
export type WatchLine =
  | { readonly type: 'upsert'; readonly version: string; readonly id: ObjectId; readonly object: unknown }
  | { readonly type: 'delete'; readonly version: string; readonly id: ObjectId }
  | { readonly type: 'bookmark'; readonly version: string; readonly endsInitialEvents: boolean }
  | { readonly type: 'error'; readonly status: Status }
  /** `defect` describes the error and never quotes the line, which may contain a Secret. */
  | { readonly type: 'malformed'; readonly defect: string };

/** Reads `{"type": …, "object": …}` (Kubernetes API concepts, "Efficient detection of changes"). Never throws. */
export function readWatchLine(line: string): WatchLine {
  const event = parseJson(line);
  if (event === undefined) return malformed('a watch line is not JSON', line);
  const object = own(event, 'object');
  const type = ownString(event, 'type');
  if (type === 'ERROR') return { type: 'error', status: readStatus(object) };
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED' && type !== 'BOOKMARK') {
    return malformed('a watch line has no known type', line);
  }
  const metadata = own(object, 'metadata');
  const version = ownString(metadata, 'resourceVersion');
  if (!version) return malformed(`an object of type ${type} has no resourceVersion`, line);
  if (type === 'BOOKMARK') {
    const endsInitialEvents = ownString(own(metadata, 'annotations'), INITIAL_EVENTS_END) === 'true';
    return { type: 'bookmark', version, endsInitialEvents };
  }
  const id = readIdentity(object);
  if (id === undefined) return malformed(`an object of type ${type} has no name`, line);
  return type === 'DELETED' ? { type: 'delete', version, id } : { type: 'upsert', version, id, object };
}

function malformed(defect: string, line: string): WatchLine {
  return { type: 'malformed', defect: `${defect} (${line.length} characters)` };
}
