import { resolve } from 'node:path';
import { build } from './build.ts';

/** `npm run build`: writes dist/, or the folder that the command line names. */
await build(resolve(process.argv[2] ?? 'dist'));
