import { ask } from '../api.js';
import { byId, el, listen } from '../dom.js';

const EVERY_MS = 1_000;
const shown = new Map();

async function refresh() {
  const { mood, rateLimitedForMs, rows } = await ask('GET', '/dev/state');
  byId('mood').querySelector(`[value="${mood}"]`).checked = true;
  byId('gate').textContent = rateLimitedForMs
    ? `Ottu asked for a pause: the library sends nothing for ${seconds(rateLimitedForMs)} more.`
    : '';
  byId('nothing').hidden = rows.length > 0;
  byId('rows').hidden = rows.length === 0;
  for (const [id, { node }] of shown) if (!rows.some((row) => row.id === id)) forget(id, node);
  for (const row of rows.toReversed()) show(row);
}

function forget(id, node) {
  node.remove();
  shown.delete(id);
}

/** Leaves alone what is there already: the reader may have opened it. */
function show(row) {
  const text = JSON.stringify(row);
  const known = shown.get(row.id);
  if (known?.text === text) return;
  const node = rowView(row);
  if (known) {
    node.firstElementChild.open = known.node.firstElementChild.open;
    known.node.replaceWith(node);
  } else byId('rows').prepend(node);
  shown.set(row.id, { node, text });
}

function rowView(row) {
  const { at, cause, operation, ms, attempts, exchanges } = row;
  const facts = [
    new Date(at).toLocaleTimeString('en-GB'),
    ms === null ? 'under way' : ms < 1_000 ? `${ms} ms` : seconds(ms),
    operation !== null && (attempts === 1 ? '1 request' : `${attempts} requests`),
  ];
  return el(
    'li',
    { class: 'row' },
    el(
      'details',
      {},
      el(
        'summary',
        {},
        el(
          'span',
          { class: 'what' },
          el('span', {}, el('code', {}, operation ?? 'webhook'), operation === null ? saidOf(row) : ` · ${cause}`),
          el('span', { class: 'facts' }, facts.filter(Boolean).join(' · ')),
        ),
        badge(row),
      ),
      el('p', { class: 'said' }, explanation(row)),
      ...exchanges.map(exchangeView),
    ),
  );
}

function badge({ status, source, ms, error }) {
  if (source !== 'ottu') return el('span', { class: `badge ${source === 'held back' ? 'warn' : 'info'}` }, source);
  if (status === null) return el('span', { class: 'badge info' }, ms === null ? 'waiting' : (error ?? 'no answer'));
  return el('span', { class: `badge ${status < 300 ? 'good' : 'bad'}` }, String(status));
}

function saidOf({ status, handled: [first] }) {
  if (status === 401) return ' · refused';
  return first ? ` · ${first.result}, ${first.scheme} scheme` : '';
}

const EXPLANATIONS = {
  cache: 'The cache had this list. Ottu was not asked.',
  shared: 'Another call was asking for the same list. Both got its answer.',
  'held back': 'Ottu had asked for a pause. Nothing was sent.',
};

function explanation({ operation, source, error, status, handled }) {
  if (operation === null) {
    if (status === 401) return 'The signature is wrong. The shop did nothing with it.';
    if (handled.length === 0) return status === 200 ? 'The shop had it already, or has it in its queue.' : '';
    return handled.map((it) => `${it.method}: ${it.outcome}, attempt ${it.attempts}.`).join(' ');
  }
  return EXPLANATIONS[source] ?? (error === null ? '' : `The call ended with ${error}.`);
}

function exchangeView({ request, why, headers, body, status, answer, failure }) {
  const answered = status === null ? (failure ?? 'not answered yet') : `${status}${failure ? `, then ${failure}` : ''}`;
  return el(
    'div',
    { class: 'exchange' },
    el('p', { class: 'request' }, el('code', {}, ...breakable(request)), why && ` · ${why}`),
    el(
      'div',
      { class: 'two' },
      side('Request', `${headers}\n\n${body}`),
      side(`Answer: ${answered}`, answer || 'no body'),
    ),
  );
}

/** An address breaks before its parts, and nowhere else. */
function breakable(address) {
  return address.split(/(?=[/?&])/).flatMap((part) => [document.createElement('wbr'), part]);
}

function side(title, text) {
  return el(
    'div',
    {},
    el('h2', {}, title),
    el('pre', { tabindex: '0', 'aria-label': title, role: 'region' }, text.trim()),
  );
}

function seconds(ms) {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

listen('mood', 'change', ({ target }) => ask('PUT', '/dev/mood', { mood: target.value }));

listen('add', 'submit', async (event) => {
  event.preventDefault();
  const { customer, brand, last4, pgCode, isLocked } = event.target.elements;
  await ask('POST', '/dev/cards', {
    customer: customer.value,
    brand: brand.value,
    last4: last4.value,
    pgCode: pgCode.value,
    isLocked: isLocked.checked,
  });
  byId('saved').textContent = `Saved for ${customer.selectedOptions[0].text}.`;
});

listen('webhook', 'submit', async (event) => {
  event.preventDefault();
  const { customer, scheme, kind } = event.target.elements;
  const webhook = { customer: customer.value, scheme: scheme.value, kind: kind.value };
  byId('delivered').textContent = 'Sending…';
  const { deliveries } = await ask('POST', '/dev/webhooks', webhook);
  byId('delivered').textContent = `Answered ${deliveries.join(' and ')}.`;
  await refresh();
});

listen('reset', 'click', async () => {
  await ask('POST', '/dev/reset');
  await refresh();
});

for (;;) {
  await refresh().catch(() => undefined); // the shop restarts
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
