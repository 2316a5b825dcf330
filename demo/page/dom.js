/**
 * Makes an element. Text children become text nodes, so nothing that an app or an alert wrote is ever parsed.
 * `on…` attributes are listeners, `true` and `false` switch an attribute, undefined leaves it out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat(Infinity).filter(shown));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat().filter(shown));
  return element;
}

function shown(child) {
  return child !== undefined && child !== null && child !== false && child !== '';
}

function set(element, name, value) {
  if (value === undefined || value === false) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true ? '' : value);
}

/** Puts the new in the place of the old and keeps the keyboard's place when the same control is still there. */
export function swap(holder, ...children) {
  const focused = holder.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  holder.replaceChildren(...children.flat(Infinity).filter(shown));
  if (focused === undefined) return;
  for (const one of holder.querySelectorAll('[data-focus]')) {
    if (one.dataset.focus === focused) return one.focus({ preventScroll: true });
  }
}
