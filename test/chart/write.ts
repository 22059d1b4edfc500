import { writeFileSync } from 'node:fs';
import { CHART, writtenFiles } from './written-files.ts';

for (const [name, text] of writtenFiles()) writeFileSync(new URL(name, CHART), text);
