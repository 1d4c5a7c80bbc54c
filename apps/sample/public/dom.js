/** An element: `el('p', { class: 'lead' }, 'text', child)`. Text is always text, never HTML. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== false && child !== ''));
  return node;
}

/** A symbol of index.html, for the eye alone. */
export function symbol(id, className) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${id}`);
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

/** Settles as soon as this dialog is closed, and at once where it is. */
export async function whenClosed(dialog) {
  while (dialog.open) await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
}

export function byId(id) {
  return document.getElementById(id);
}

export function listen(id, event, handler) {
  byId(id).addEventListener(event, handler);
}
