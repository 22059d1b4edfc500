import { checkEpisodes } from './episode.ts';
import { ADDRESSES, CHANGES, DECLARED, ODD_SECRETS, READINESS } from './kubernetes-pod-rows.ts';
import { BAD_HOSTS, BAD_PATHS, LARGE_ANNOTATIONS } from './kubernetes-annotation-rows.ts';

await checkEpisodes('where a pod is', ADDRESSES);
await checkEpisodes('a pod that cannot take requests gets none', READINESS);
await checkEpisodes('only a port that the pod declares', DECLARED);
await checkEpisodes('what a pod was is not what another is', CHANGES);
await checkEpisodes('odd Secrets deny', ODD_SECRETS);
await checkEpisodes('a bad path is left out with its reason', BAD_PATHS);
await checkEpisodes('a bad host is left out with its reason', BAD_HOSTS);
await checkEpisodes('a pod that asks for too much gets nothing', LARGE_ANNOTATIONS);
