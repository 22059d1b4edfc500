import { resolve } from 'node:path';
import { build } from './build.ts';

const USAGE = `npm run build                what is installed, to dist/
npm run build -- FOLDER      to this folder
npm run build -- --help      this text`;

const [folder = 'dist'] = process.argv.slice(2);
if (folder === '--help' || folder === '-h') console.log(USAGE);
else if (folder.startsWith('-')) {
  console.error(`no option ${folder}\n${USAGE}`);
  process.exitCode = 2;
} else await build(resolve(folder));
