import { parentPort, workerData } from 'node:worker_threads';
import { parseSelector } from '../../wiring/selector.ts';
import { kindsOf } from '../kinds.ts';
import type { SourceScope } from '../scope.ts';
import { readDocuments } from './read-documents.ts';

/** Input of a thread that reads one file. */
export interface ParseTask {
  readonly bytes: Uint8Array;
  readonly scope: SourceScope;
  readonly known: readonly string[];
}

const { bytes, scope, known } = workerData as ParseTask;
const selector = parseSelector(scope.labelSelector);
if ('problem' in selector) throw new Error(selector.problem);
parentPort?.postMessage(readDocuments(bytes, kindsOf(scope), { scope, selector, known: new Set(known) }));
