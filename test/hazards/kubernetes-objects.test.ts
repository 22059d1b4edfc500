import { checkEpisodes } from './episode.ts';
import { ADDRESSES, CHANGES, DECLARED, ODD_SECRETS, READINESS } from './kubernetes-pod-rows.ts';
import { BAD_HOSTS, BAD_PATHS, LARGE_ANNOTATIONS } from './kubernetes-annotation-rows.ts';

await checkEpisodes('the address of a pod', ADDRESSES);
await checkEpisodes('a pod that is not ready gets no requests', READINESS);
await checkEpisodes('only a port that the pod declares', DECLARED);
await checkEpisodes('a new pod is never mistaken for an earlier one', CHANGES);
await checkEpisodes('unusable Secrets deny all requests', ODD_SECRETS);
await checkEpisodes('a bad path is rejected with its reason', BAD_PATHS);
await checkEpisodes('a bad host is rejected with its reason', BAD_HOSTS);
await checkEpisodes('a pod that declares too much is limited', LARGE_ANNOTATIONS);
