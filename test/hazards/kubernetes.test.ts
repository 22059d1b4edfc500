import { checkEpisodes } from './episode.ts';
import { DATA, NO_LINES, PIECES, TWICE_AND_LATE } from './kubernetes-line-rows.ts';
import { EMPTY, HALF_LISTS, STREAMED } from './kubernetes-list-rows.ts';
import { LEFT_ALONE, REFUSED, UNRELATED } from './kubernetes-refusal-rows.ts';
import { FORGOTTEN, OUTAGES, QUIET } from './kubernetes-watch-rows.ts';

await checkEpisodes('the live table stays when the API server fails', OUTAGES);
await checkEpisodes('without history podway lists again, and no client is affected', FORGOTTEN);
await checkEpisodes('a busy API server gets fewer requests', LEFT_ALONE);
await checkEpisodes('a silent API server', QUIET);
await checkEpisodes('objects that podway may not read', REFUSED);
await checkEpisodes('repeated and late events, and events of the wrong kind', TWICE_AND_LATE);
await checkEpisodes('lines in pieces', PIECES);
await checkEpisodes('malformed lines', NO_LINES);
await checkEpisodes('objects are data, and time has no influence', DATA);
await checkEpisodes('a list takes effect as a whole or not at all', HALF_LISTS);
await checkEpisodes('streamed lists', STREAMED);
await checkEpisodes('lists that are suddenly empty', EMPTY);
await checkEpisodes('other Secrets are not read', UNRELATED);
