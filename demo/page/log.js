import { h, swap } from './dom.js';

/**
 * Shows what is new from its beginning to those who read at the end or are eager, and stays where it was for the others.
 * True when it went to something new.
 */
export function drawLog(holder, { key, openAt, eager }, children) {
  const opened = holder.dataset.of !== key;
  const known = new Set([...holder.querySelectorAll('[data-ts]')].map((one) => one.dataset.ts));
  const atEnd = holder.scrollHeight - holder.scrollTop - holder.clientHeight < 80;
  const top = holder.scrollTop;
  swap(holder, children);
  holder.dataset.of = key;
  const fresh = [...holder.querySelectorAll('[data-ts]')].find((one) => !known.has(one.dataset.ts));
  const follow = !opened && fresh !== undefined && (atEnd || eager);
  if (opened) holder.scrollTop = openAt === 'end' ? holder.scrollHeight : 0;
  else if (follow) holder.scrollTop = fresh.offsetTop - holder.offsetTop - 8;
  else holder.scrollTop = atEnd && !fresh ? holder.scrollHeight : top;
  drawPill(holder);
  return follow;
}

/** Says that there is more below, where it cannot be seen. */
function drawPill(holder) {
  const pill = holder.nextElementSibling;
  const below = [...holder.querySelectorAll('[data-ts]')].filter(
    (one) => one.offsetTop - holder.offsetTop > holder.scrollTop + holder.clientHeight - 40,
  );
  pill.hidden = below.length === 0;
  pill.textContent = `↓ ${below.length} more below`;
}

/** A list of messages that scrolls, and the button that says that there is more below. */
export function makeLog(label) {
  const log = h('div', { class: 'log', role: 'log', tabindex: '0', 'aria-label': label });
  const down = () => log.scrollBy({ top: log.clientHeight * 0.8, behavior: 'smooth' });
  const pill = h('button', { type: 'button', class: 'pill', hidden: true, onclick: down });
  log.addEventListener('scroll', () => drawPill(log), { passive: true });
  return { log, pill };
}
