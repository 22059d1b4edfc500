import { writeFileSync } from 'node:fs';
import { GENERATED } from './generated-pages.ts';

for (const [name, page] of Object.entries(GENERATED))
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), await page());
