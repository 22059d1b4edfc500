// Prints the cost of the functions of the hot path, as JSON. It runs in a separate process, in which no other code has warmed
// up the compiler.
import { measure } from './cost.ts';
import { headOperations } from './heads.ts';
import { routingOperations } from './routing.ts';

console.log(JSON.stringify([...headOperations, ...routingOperations].map(measure)));
