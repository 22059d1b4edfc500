import { VISITS } from './terminal-rows.ts';
import { checkVisits } from './terminal-visit.ts';

await checkVisits('who may come to the listener of a terminal', VISITS);
