// Figures to words: medians and spread of the rounds, a table a cell, and how the targets stand.
import { readFileSync, writeFileSync } from 'node:fs';
import { targetsWith } from './cells.mjs';
import { NAMES } from './clients/index.mjs';

const FIELDS = ['perSecond', 'p50', 'p99', 'cpuPerCall', 'sockets', 'handshakes'];
const TARGETS = targetsWith(NAMES);
const LISTS_A_SECOND = 100_000;
const IMPORT_MS = 40;

/** A row per client, in the order of the clients: medians, and the spread of calls per second. */
export function summarize(results) {
  const names = [...new Set(results.map(({ client }) => client))];
  return names.map((client) => {
    const rounds = results.filter((result) => result.client === client);
    const speeds = rounds.map(({ perSecond }) => perSecond).toSorted((a, b) => a - b);
    const medians = FIELDS.map((field) => [field, median(rounds.map((round) => round[field]))]);
    return { client, ...Object.fromEntries(medians), spread: [speeds[0], speeds.at(-1)] };
  });
}

export function table({ cell, rows }) {
  const axios = rows.find(({ client }) => client === NAMES.AXIOS);
  return [
    `### ${titleOf(cell)}`,
    '',
    cell.learn,
    '',
    '| client | calls/s | spread | p50 ms | p99 ms | CPU µs a call | sockets | handshakes a socket | ÷ bare axios |',
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

export function alone({ listsPerSecond, importMs }) {
  return [
    '### Without a server',
    '',
    'What a list costs that the cache has, and what starting an application costs.',
    '',
    '| what | measured |',
    '|---|--:|',
    `| lists from the memory cache, a second | ${whole(listsPerSecond)} |`,
    `| importing the package after its peers, ms | ${importMs.toFixed(0)} |`,
  ].join('\n');
}

/** Each target with the figure of this run. */
export function targets(measured, { listsPerSecond, importMs }) {
  const lines = measured.flatMap(({ cell, rows }) =>
    TARGETS.filter((target) => target.in(cell)).map((target) => ({
      ...target,
      where: titleOf(cell),
      value: target.of((name) => rows.find(({ client }) => client === name)),
    })),
  );
  return [
    '### Targets',
    '',
    '| where | what | measured | target | |',
    '|---|---|--:|--:|---|',
    ...[
      ...lines,
      { where: 'memory cache', what: 'lists a second', value: listsPerSecond, atLeast: LISTS_A_SECOND },
      { where: 'import', what: 'ms beyond the peers', value: importMs, atMost: IMPORT_MS },
    ].map(verdict),
  ].join('\n');
}

function verdict({ where, what, value, atLeast, atMost }) {
  const holds = atLeast === undefined ? value <= atMost : value >= atLeast;
  const target = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast.toLocaleString('en')}`;
  const shown = value >= 1_000 ? whole(value) : value.toFixed(2);
  return `| ${where} | ${what} | ${shown} | ${target} | ${holds ? 'met' : '**missed**'} |`;
}

export function writeInto(file, sections) {
  const [head, tail] = readFileSync(file, 'utf8').split(/<!-- figures -->[^]*<!-- end -->/);
  writeFileSync(file, `${head}<!-- figures -->\n\n${sections.join('\n\n')}\n\n<!-- end -->${tail}`);
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function titleOf({ operation, cards, scheme, concurrency }) {
  return `${operation === 'list' ? `list of ${cards} cards` : 'delete'}, ${scheme}, ${concurrency} at a time`;
}

function whole(value) {
  return Math.round(value).toLocaleString('en');
}
