import { checkScenarios } from './cluster-scenario.ts';
import { ADDRESSES, CHANGES, DECLARED, ODD_SECRETS, READINESS } from './kubernetes-pod-rows.ts';
import { BAD_HOSTS, BAD_PATHS, LARGE_ANNOTATIONS } from './kubernetes-annotation-rows.ts';
import { everyNth } from '../fixtures/wide.ts';

await checkScenarios('the address of a pod', everyNth(2, ADDRESSES));
await checkScenarios('a pod that is not ready gets no requests', everyNth(2, READINESS));
await checkScenarios('only a port that the pod declares', everyNth(2, DECLARED));
await checkScenarios('a new pod is never mistaken for an earlier one', everyNth(2, CHANGES));
await checkScenarios('unusable Secrets deny all requests', everyNth(2, ODD_SECRETS));
await checkScenarios('a bad path is rejected with its reason', everyNth(2, BAD_PATHS));
await checkScenarios('a bad host is rejected with its reason', everyNth(2, BAD_HOSTS));
await checkScenarios('a pod that declares too much is limited', everyNth(2, LARGE_ANNOTATIONS));
