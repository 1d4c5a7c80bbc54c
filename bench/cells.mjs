// What is measured, and what one learns from each table.
export const CELLS = [
  {
    operation: 'list',
    cards: 3,
    scheme: 'http',
    concurrency: 1,
    learn: 'What one call costs when nothing else happens: the latency that a checkout page adds.',
  },
  {
    operation: 'list',
    cards: 3,
    scheme: 'http',
    concurrency: 32,
    learn: 'A busy instance: how many calls a second one process can make, and how much processor each takes.',
  },
  {
    operation: 'list',
    cards: 3,
    scheme: 'http',
    concurrency: 256,
    learn: 'A rush: more callers than sockets. The library and the pool make them wait for one of 50 sockets.',
  },
  {
    operation: 'list',
    cards: 50,
    scheme: 'http',
    concurrency: 32,
    learn:
      'Long lists: what it costs that this library checks every field of every card. The other clients check none.',
  },
  {
    operation: 'list',
    cards: 3,
    scheme: 'https',
    concurrency: 32,
    learn: 'The same busy instance over TLS, as in production.',
  },
  {
    operation: 'list',
    cards: 3,
    scheme: 'https',
    concurrency: 256,
    learn: 'A rush over TLS: a client that opens a connection for each caller pays for a handshake each.',
  },
  {
    operation: 'delete',
    cards: 3,
    scheme: 'http',
    concurrency: 32,
    learn: 'Deletes, which have no answer to read.',
  },
  {
    operation: 'delete',
    cards: 3,
    scheme: 'https',
    concurrency: 32,
    learn: 'Deletes over TLS.',
  },
];

/** Those of `npm run bench -- --short`. */
export const SHORT = CELLS.filter(({ operation, concurrency }) => operation === 'list' && concurrency > 1);

const busy = ({ operation, scheme, cards, concurrency }) =>
  operation === 'list' && scheme === 'http' && cards === 3 && concurrency > 1;
const long = ({ cards }) => cards === 50;
const rushOverTls = ({ scheme, concurrency }) => scheme === 'https' && concurrency === 256;
const overTls = ({ scheme }) => scheme === 'https';
const everywhere = () => true;

/** Ratios are of medians within one table. `of` gets a way to look up a client's row. */
export const targetsWith = ({ LIBRARY, AXIOS, STRIPE, POOL }) => {
  const ratio = (field, other) => (row) => row(LIBRARY)[field] / row(other)[field];
  return [
    { in: busy, what: 'calls/s ÷ bare axios', of: ratio('perSecond', AXIOS), atLeast: 3 },
    { in: busy, what: 'calls/s ÷ stripe-node', of: ratio('perSecond', STRIPE), atLeast: 1.4 },
    { in: busy, what: "calls/s ÷ undici's pool", of: ratio('perSecond', POOL), atLeast: 0.35 },
    { in: busy, what: 'CPU a call ÷ bare axios', of: ratio('cpuPerCall', AXIOS), atMost: 0.3 },
    { in: long, what: 'calls/s ÷ stripe-node', of: ratio('perSecond', STRIPE), atLeast: 1 },
    { in: rushOverTls, what: 'calls/s ÷ stripe-node', of: ratio('perSecond', STRIPE), atLeast: 1.2 },
    { in: overTls, what: 'handshakes a socket', of: (row) => row(LIBRARY).handshakes, atMost: 1 },
    { in: everywhere, what: 'sockets', of: (row) => row(LIBRARY).sockets, atMost: 50 },
  ];
};
