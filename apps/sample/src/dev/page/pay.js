import { ask } from '../api.js';
import { byId, listen } from '../dom.js';
import { failureWord, speak, word } from '../words.js';

speak();
document.title = word('payTitle');

listen('pay', 'submit', async (event) => {
  event.preventDefault();
  const { brand, last4, saveCard } = event.target.elements;
  const button = event.target.querySelector('button');
  button.disabled = true; // nobody pays twice
  byId('outcome').textContent = word('paying');
  try {
    const payment = { brand: brand.value, last4: last4.value, saveCard: saveCard.checked };
    const { deliveries } = await ask('POST', '/dev/payments', payment);
    const isTold = deliveries.includes(200);
    byId('pay').hidden = isTold;
    byId('outcome').textContent = word(isTold ? 'paid' : 'paidUntold');
    if (isTold) byId('title').focus(); // the form is gone
  } catch (failure) {
    if (failure.status === undefined) throw failure;
    byId('outcome').textContent = failure.status === 401 ? word('sessionEnded') : failureWord(failure);
    button.disabled = false;
  }
});
