// Prints what the functions of the hot path cost, as JSON: a process of its own, so that nothing else has warmed it.
import { measure } from './cost.ts';
import { headOperations } from './heads.ts';
import { routingOperations } from './routing.ts';

console.log(JSON.stringify([...headOperations, ...routingOperations].map(measure)));
