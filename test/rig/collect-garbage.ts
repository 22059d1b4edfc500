import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** A whole garbage collection, now; without a flag that whoever starts the process has to know. */
export const collectGarbage = runInNewContext('gc') as () => void;
