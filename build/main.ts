import { resolve } from 'node:path';
import { build } from './build.ts';

/** `npm run build`: dist/, or the folder that is named. */
await build(resolve(process.argv[2] ?? 'dist'));
