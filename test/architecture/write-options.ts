import { writeFileSync } from 'node:fs';
import { optionsPage } from './options-page.ts';
import { optionsSchema } from './options-schema.ts';

writeFileSync(new URL('../../docs/options.md', import.meta.url), optionsPage());
writeFileSync(
  new URL('../../docs/options.schema.json', import.meta.url),
  `${JSON.stringify(optionsSchema(), undefined, 2)}\n`,
);
