import { VISITS } from './terminal-rows.ts';
import { checkVisits } from './terminal-visit.ts';

await checkVisits(
  'only the page of the listener and clients without a browser reach the listener of a terminal',
  VISITS,
);
