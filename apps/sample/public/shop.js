import { ask } from './api.js';
import { byId, el } from './dom.js';
import { openWallet, renderWallet } from './wallet.js';
import { speak, switchLanguage, word } from './words.js';

let session = { signedIn: null, customers: [] };
let note;

async function start() {
  session = await ask('GET', '/session');
  render();
  if (session.signedIn !== null) openWallet({ onSignedOut: signedOut });
  byId('developer').hidden = !('wire' in (await ask('GET', '/health')));
}

function render() {
  speak();
  const { signedIn, customers } = session;
  byId('language').textContent = word('language');
  byId('language').lang = document.documentElement.lang === 'en' ? 'ar' : 'en';
  byId('sign-out').hidden = byId('who').hidden = byId('wallet').hidden = signedIn === null;
  byId('sign-in').hidden = signedIn !== null;
  byId('sign-in-note').hidden = note === undefined;
  byId('sign-in-note').textContent = note === undefined ? '' : word(note);
  byId('who').textContent = signedIn === null ? '' : word(signedIn);
  byId('customers').replaceChildren(...customers.map(customerButton));
}

function customerButton(customer) {
  const name = word(customer);
  return el(
    'button',
    { type: 'button', class: 'customer', 'aria-label': word('signInAs', { name }), onclick: () => signIn(customer) },
    el('span', { class: 'avatar', 'aria-hidden': 'true' }, name.charAt(0)),
    el('span', { class: 'customer-name' }, name),
    el('span', { class: 'hint' }, word(`${customer}Hint`)),
  );
}

async function signIn(customer) {
  await ask('POST', '/session', { customer });
  session = { ...session, signedIn: customer };
  note = undefined;
  render();
  byId('cards-title').focus();
  openWallet({ onSignedOut: signedOut });
}

function signedOut() {
  session = { ...session, signedIn: null };
  note = 'sessionEnded';
  render();
  byId('sign-in-title').focus();
}

byId('sign-out').addEventListener('click', async () => {
  await ask('DELETE', '/session');
  signedOut();
  note = undefined;
  render();
});

byId('language').addEventListener('click', () => {
  switchLanguage();
  render();
  if (session.signedIn !== null) renderWallet();
});

speak();
await start();
