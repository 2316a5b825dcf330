import { h } from './dom.js';

const FORMS = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit', hour12: false },
  time_secs: { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false },
};

/** A moment in the reader's time zone; those that say how long ago stay up to date. */
export function moment(seconds, format) {
  const at = new Date(seconds * 1000);
  const element = h('time', { datetime: at.toISOString(), title: at.toLocaleString() }, worded(at, format));
  if (format.includes('{ago}')) element.dataset.ago = format;
  return element;
}

export function clockTime(ts) {
  return worded(new Date(Number(ts) * 1000), '{time}');
}

export function worded(at, format) {
  return format.replace(/\{(\w+)\}/g, (all, token) => {
    if (token === 'ago') return ago(at);
    const pretty = token.endsWith('_pretty');
    if (pretty && sameDay(at, new Date())) return 'today';
    const form = FORMS[pretty ? token.slice(0, -7) : token];
    return form ? new Intl.DateTimeFormat('en-GB', form).format(at) : all;
  });
}

function ago(at) {
  const seconds = Math.round((at.getTime() - Date.now()) / 1000);
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  if (Math.abs(seconds) < 60) return relative.format(seconds, 'second');
  if (Math.abs(seconds) < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  return relative.format(Math.round(seconds / 3600), 'hour');
}

function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

setInterval(() => {
  for (const element of document.querySelectorAll('time[data-ago]')) {
    element.textContent = worded(new Date(element.dateTime), element.dataset.ago);
  }
}, 5000);
