export const ROUTE = `#/route?${new URLSearchParams({ host: 'shop.example.com', path: '/cart' }).toString()}`;
/** Each view, its heading, and a text that shows that it has loaded. */
export const VIEWS = [
  ['#/routes', 'Routes', '10,000 of 10,000 routes'],
  [ROUTE, 'shop.example.com/cart', 'ejected by 2'],
  ['#/explain?host=shop.example.com&path=%2Fcart', 'Explain a request', 'goes to a pod'],
  ['#/tail', 'Answers from the router itself', 'id-2'],
  ['#/answer?id=id-1', 'One answer', 'How far its request came'],
  ['#/history', 'History', 'more causes: 3'],
  ['#/nothing', 'Not found', 'There is no such view'],
] as const;
