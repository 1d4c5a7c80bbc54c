// Figures to words: medians and spread of the rounds, a table a cell, and how the targets stand.
import { readFileSync, writeFileSync } from 'node:fs';

const FIELDS = ['perSecond', 'p50', 'p99', 'cpuPerCall', 'sockets', 'handshakes'];
const LIBRARY = '**nestjs-ottu-cards**';

/** A row per client, in the order of the clients: medians, and the spread of calls per second. */
export function summarize(results) {
  const clients = [...new Set(results.map(({ client }) => client))];
  return clients.map((client) => {
    const rounds = results.filter((result) => result.client === client);
    const speeds = rounds.map(({ perSecond }) => perSecond).toSorted((a, b) => a - b);
    const medians = FIELDS.map((field) => [field, median(rounds.map((round) => round[field]))]);
    return { client, ...Object.fromEntries(medians), spread: [speeds[0], speeds.at(-1)] };
  });
}

export function table({ cell, rows }) {
  const { operation, cards, scheme, concurrency } = cell;
  const axios = rows.find(({ client }) => client.startsWith('bare axios'));
  const what = operation === 'list' ? `list of ${cards} cards` : 'delete';
  return [
    `### ${what}, ${scheme}, ${concurrency} at a time`,
    '',
    '| client | calls/s | spread | p50 ms | p99 ms | CPU µs a call | sockets | handshakes per 1,000 | ÷ bare axios |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map((row) => {
      const { client, perSecond, spread, p50, p99, cpuPerCall, sockets, handshakes } = row;
      const cells = [
        whole(perSecond),
        spread.map(whole).join('–'),
        p50.toFixed(2),
        p99.toFixed(2),
        whole(cpuPerCall),
        sockets,
        handshakes.toFixed(1),
        (perSecond / axios.perSecond).toFixed(2),
      ];
      return `| ${[client, ...cells].join(' | ')} |`;
    }),
  ].join('\n');
}

/** Each target with the figure of this run. Ratios are of medians in one and the same cell. */
export function targets(measured) {
  const lines = measured.flatMap(({ cell, rows }) => {
    const of = (name) => rows.find(({ client }) => client.startsWith(name));
    const [ours, axios, stripe, pool] = [of(LIBRARY), of('bare axios'), of('stripe-node'), of("undici's pool")];
    const where = `${cell.operation}, ${cell.scheme}, ${cell.concurrency} at a time, ${cell.cards} cards`;
    const list = cell.operation === 'list' && cell.scheme === 'http' && cell.cards === 3 && cell.concurrency > 1;
    return [
      ...(list
        ? [
            [where, 'calls/s ÷ bare axios', ours.perSecond / axios.perSecond, '≥', 1.8],
            [where, 'calls/s ÷ stripe-node', ours.perSecond / stripe.perSecond, '≥', 1.1],
            [where, "calls/s ÷ undici's pool", ours.perSecond / pool.perSecond, '≥', 0.25],
            [where, 'CPU a call ÷ bare axios', ours.cpuPerCall / axios.cpuPerCall, '≤', 0.6],
          ]
        : []),
      [where, 'sockets', ours.sockets, '≤', 50],
    ];
  });
  return ['### Targets', '', '| where | what | measured | target | |', '|---|---|--:|--:|---|']
    .concat(
      lines.map(([where, what, value, sign, target]) => {
        const holds = sign === '≥' ? value >= target : value <= target;
        return `| ${where} | ${what} | ${value.toFixed(2)} | ${sign} ${target} | ${holds ? 'met' : '**missed**'} |`;
      }),
    )
    .join('\n');
}

export function writeInto(file, sections) {
  const [head, tail] = readFileSync(file, 'utf8').split(/<!-- figures -->[^]*<!-- end -->/);
  writeFileSync(file, `${head}<!-- figures -->\n\n${sections.join('\n\n')}\n\n<!-- end -->${tail}`);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function whole(value) {
  return Math.round(value).toLocaleString('en');
}
