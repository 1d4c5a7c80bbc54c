import { byId, el } from './dom.js';
import { secondsWord, word } from './words.js';

/**
 * The button that asks again. Where the shop said for how long it must wait, a clock beside the button counts down, and
 * the button works when the time is over.
 */
export function tryAgain({ retryAt }, retry, look) {
  const button = el('button', { type: 'button', class: look }, word('tryAgain'));
  const isWaiting = () => button.getAttribute('aria-disabled') === 'true';
  button.addEventListener('click', () => !isWaiting() && retry());
  if (retryAt === undefined || retryAt <= Date.now()) return [button];
  const clock = el('p', { class: 'clock', role: 'timer' });
  button.setAttribute('aria-disabled', 'true');
  const tick = () => {
    const leftMs = retryAt - Date.now();
    if (leftMs > 0) {
      clock.textContent = word('tryAgainIn', { time: secondsWord(Math.ceil(leftMs / 1_000)) });
      setTimeout(() => clock.isConnected && tick(), leftMs % 1_000 || 1_000);
      return;
    }
    clock.textContent = word('tryAgainNow');
    byId('announce').textContent = word('tryAgainNow'); // a clock is not read out
    button.removeAttribute('aria-disabled');
  };
  tick();
  return [clock, button];
}
