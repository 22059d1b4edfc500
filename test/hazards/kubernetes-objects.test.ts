import { checkScenarios } from './cluster-scenario.ts';
import { ADDRESSES, CHANGES, DECLARED, ODD_SECRETS, READINESS } from './kubernetes-pod-rows.ts';
import { BAD_HOSTS, BAD_PATHS, LARGE_ANNOTATIONS } from './kubernetes-annotation-rows.ts';

await checkScenarios('the address of a pod', ADDRESSES);
await checkScenarios('a pod that is not ready gets no requests', READINESS);
await checkScenarios('only a port that the pod declares', DECLARED);
await checkScenarios('a new pod is never mistaken for an earlier one', CHANGES);
await checkScenarios('unusable Secrets deny all requests', ODD_SECRETS);
await checkScenarios('a bad path is rejected with its reason', BAD_PATHS);
await checkScenarios('a bad host is rejected with its reason', BAD_HOSTS);
await checkScenarios('a pod that declares too much is limited', LARGE_ANNOTATIONS);
