// Prints what the functions of the hot path cost, as JSON. It is a process of its own, so that no other code has warmed
// up the compiler.
import { measure } from './cost.ts';
import { headOperations } from './heads.ts';
import { routingOperations } from './routing.ts';

console.log(JSON.stringify([...headOperations, ...routingOperations].map(measure)));
