import { checkEpisodes } from './episode.ts';
import { DATA, NO_LINES, PIECES, TWICE_AND_LATE } from './kubernetes-line-rows.ts';
import { EMPTY, HALF_LISTS, STREAMED } from './kubernetes-list-rows.ts';
import { LEFT_ALONE, REFUSED, UNRELATED } from './kubernetes-refusal-rows.ts';
import { FORGOTTEN, OUTAGES, QUIET } from './kubernetes-watch-rows.ts';

await checkEpisodes('an API server that goes away: what was live stays live', OUTAGES);
await checkEpisodes('history that is forgotten: listed again, and no client notices', FORGOTTEN);
await checkEpisodes('an API server that is busy is left alone', LEFT_ALONE);
await checkEpisodes('silence', QUIET);
await checkEpisodes('what podway may not read', REFUSED);
await checkEpisodes('events twice, late and of the wrong kind', TWICE_AND_LATE);
await checkEpisodes('lines in pieces', PIECES);
await checkEpisodes('lines that are none', NO_LINES);
await checkEpisodes('objects are data, and time does not matter', DATA);
await checkEpisodes('a list is live as a whole or not at all', HALF_LISTS);
await checkEpisodes('streamed lists', STREAMED);
await checkEpisodes('lists that are suddenly empty', EMPTY);
await checkEpisodes('other Secrets are none of our business', UNRELATED);
