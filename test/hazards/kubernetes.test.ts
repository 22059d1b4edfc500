import { checkScenarios } from './cluster-scenario.ts';
import { DATA, NO_LINES, PIECES, TWICE_AND_LATE } from './kubernetes-line-rows.ts';
import { EMPTY, HALF_LISTS, STREAMED } from './kubernetes-list-rows.ts';
import { LEFT_ALONE, REFUSED, UNRELATED } from './kubernetes-refusal-rows.ts';
import { FORGOTTEN, OUTAGES, QUIET } from './kubernetes-watch-rows.ts';

await checkScenarios('the live table stays when the API server fails', OUTAGES);
await checkScenarios('without history podway lists again, and no client is affected', FORGOTTEN);
await checkScenarios('a busy API server gets fewer requests', LEFT_ALONE);
await checkScenarios('a silent API server', QUIET);
await checkScenarios('objects that podway may not read', REFUSED);
await checkScenarios('repeated and late events, and events of the wrong kind', TWICE_AND_LATE);
await checkScenarios('lines in pieces', PIECES);
await checkScenarios('malformed lines', NO_LINES);
await checkScenarios('objects are data, and time has no influence', DATA);
await checkScenarios('a list takes effect as a whole or not at all', HALF_LISTS);
await checkScenarios('streamed lists', STREAMED);
await checkScenarios('lists that are suddenly empty', EMPTY);
await checkScenarios('other Secrets are not read', UNRELATED);
