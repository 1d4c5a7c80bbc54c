import { ask, onOtherSession } from './api.js';
import { byId, el, listen } from './dom.js';
import { toast } from './toast.js';
import { closeWallet, openWallet, renderWallet } from './wallet.js';
import { failureWord, speak, switchLanguage, word } from './words.js';

let session = { signedIn: null, customers: [] };
/** Says, in whatever language, why nobody is signed in. */
let note = () => '';
/** Whether another tab has signed in anew: then this page shows nothing until it is loaded again. */
let isOutdated = false;

function render() {
  speak();
  const { signedIn, customers } = session;
  const isOpen = signedIn !== null && !isOutdated;
  byId('language').textContent = word('language');
  byId('language').lang = document.documentElement.lang === 'en' ? 'ar' : 'en';
  for (const id of ['wallet', 'who', 'sign-out']) byId(id).hidden = !isOpen;
  byId('outdated').hidden = !isOutdated;
  byId('sign-in').hidden = isOpen || isOutdated;
  byId('sign-in-note').textContent = note();
  byId('who').textContent = isOpen ? word(signedIn) : '';
  byId('customers').replaceChildren(...customers.map(customerButton));
}

function customerButton(customer) {
  const name = word(customer);
  return el(
    'button',
    { type: 'button', class: 'customer', onclick: () => signIn(customer) },
    el('span', { class: 'unseen' }, word('signInAs')),
    el('span', { class: 'avatar', 'aria-hidden': 'true' }, name.charAt(0)),
    el('span', { class: 'customer-name' }, name),
    el('span', { class: 'hint' }, word(`${customer}Hint`)),
  );
}

async function signIn(customer) {
  if (!(await told(() => ask('POST', '/session', { customer })))) return;
  show(customer);
  byId('cards-title').focus();
  await openWallet(sessionEnded);
}

async function signOut() {
  if (await told(() => ask('DELETE', '/session'))) location.reload(); // nothing of this customer stays in memory
}

function sessionEnded() {
  sessionStorage.setItem('note', 'sessionEnded');
  location.reload();
}

function show(signedIn, why = () => '') {
  session = { ...session, signedIn };
  note = why;
  render();
}

/** Whether it was done; where not, the customer is told why. */
async function told(task) {
  try {
    await task();
    return true;
  } catch (failure) {
    if (failure.status === undefined) throw failure;
    toast(failureWord(failure));
    return false;
  }
}

function noteOfEarlier() {
  const key = sessionStorage.getItem('note');
  sessionStorage.removeItem('note');
  return () => (key === null ? '' : word(key));
}

/** Who comes back to this tab may have signed in or out in another. */
async function lookWhoIsSignedIn() {
  if (document.visibilityState !== 'visible' || isOutdated) return;
  const { signedIn } = await ask('GET', '/session').catch(() => session); // offline: the next answer will tell
  if (session.signedIn !== null && signedIn === null) sessionEnded();
  else if (session.signedIn === null && signedIn !== null) location.reload();
}

onOtherSession(() => {
  if (isOutdated) return;
  isOutdated = true;
  closeWallet();
  render();
  byId('outdated-title').focus();
});

document.addEventListener('visibilitychange', () => void lookWhoIsSignedIn());
listen('reload', 'click', () => location.reload());
listen('sign-out', 'click', signOut);

listen('language', 'click', () => {
  switchLanguage();
  render();
  if (session.signedIn !== null) renderWallet();
});

speak();
await told(async () => {
  const isFake = 'wire' in (await ask('GET', '/about'));
  byId('developer').hidden = !isFake;
  byId('pay').hidden = !isFake; // a real shop sends the customer to Ottu's own payment page
  session = await ask('GET', '/session');
});
show(session.signedIn, noteOfEarlier());
if (session.signedIn !== null) await openWallet(sessionEnded);
