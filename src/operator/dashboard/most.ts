/** Maximum number of rows of a list. */
export const MOST_ROWS = 50;
/** Maximum number of rows of the busiest routes. */
export const MOST_BUSY = 20;
/** Maximum number of endpoints on the page of a route. */
export const MOST_ENDPOINTS = 200;
/** Maximum number of namespaces or options in one row. */
export const MOST_NAMES = 10;
