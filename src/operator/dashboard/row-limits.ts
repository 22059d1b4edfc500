/** Maximum number of rows of a list. */
export const MAX_ROWS = 50;
/** Maximum number of rows of the busiest routes. */
export const MAX_BUSIEST_ROUTES = 20;
/** Maximum number of endpoints on the page of a route. */
export const MAX_ENDPOINTS = 200;
/** Maximum number of namespaces or options in one row. */
export const MAX_NAMES = 10;
