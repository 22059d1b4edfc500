/** Rows of each list. */
export const MOST_ROWS = 50;
/** Routes of most requests. */
export const MOST_BUSY = 20;
/** Of the page of a route. */
export const MOST_ENDPOINTS = 200;
/** Namespaces or words of one row. */
export const MOST_NAMES = 10;
