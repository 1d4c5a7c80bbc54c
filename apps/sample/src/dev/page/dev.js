import { ask } from '../api.js';
import { byId, el, listen } from '../dom.js';

const EVERY_MS = 1_000;
const shown = new Map();

async function refresh() {
  const { mood, wire } = await ask('GET', '/dev/state');
  byId('mood').querySelector(`[value="${mood}"]`).checked = true;
  byId('nothing').hidden = wire.length > 0;
  byId('exchanges').hidden = wire.length === 0;
  for (const [id, { node }] of shown) if (!wire.some((exchange) => exchange.id === id)) node.remove();
  for (const exchange of wire.toReversed()) show(exchange);
}

/** Leaves alone what is there already: the reader may have opened it. */
function show(exchange) {
  const known = shown.get(exchange.id);
  if (known?.status === exchange.status) return;
  const node = row(exchange);
  if (known) known.node.replaceWith(node);
  else byId('exchanges').prepend(node);
  shown.set(exchange.id, { node, status: exchange.status });
}

function row({ request, headers, body, status, answer }) {
  const tone = status === null ? 'info' : status < 300 ? 'good' : 'bad';
  return el(
    'li',
    { class: 'row' },
    el(
      'details',
      {},
      el('summary', {}, el('code', {}, request), el('span', { class: `badge ${tone}` }, String(status ?? 'waiting'))),
      el('div', { class: 'two' }, side('Request', `${headers}\n\n${body}`), side('Answer', answer || 'no body')),
    ),
  );
}

function side(title, text) {
  return el(
    'div',
    {},
    el('h2', {}, title),
    el('pre', { tabindex: '0', 'aria-label': title, role: 'region' }, text.trim()),
  );
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
  const name = customer.selectedOptions[0].text;
  byId('delivered').textContent = 'Sending…';
  const { deliveries, told } = await ask('POST', '/dev/webhooks', webhook);
  byId('delivered').textContent = `Answered ${deliveries.join(' and ')}. ${whatTheShopDid(deliveries, told, name)}`;
});

function whatTheShopDid(deliveries, told, name) {
  if (told > 0)
    return `The shop found the card at Ottu and told ${name}’s pages ${told === 1 ? 'once' : `${told} times`}.`;
  if (deliveries.includes(401)) return 'The signature does not hold: the shop asked nothing and told nobody.';
  return 'The shop could not confirm the card yet and told nobody.';
}

listen('reset', 'click', async () => {
  await ask('POST', '/dev/reset');
  await refresh();
});

for (;;) {
  await refresh().catch(() => undefined); // the shop restarts
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
