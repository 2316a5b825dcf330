import { h, svg, swap } from './dom.js';
import { ask } from './server.js';

const HISTORY = 60;
const MIB = 1024 * 1024;

const TARGETS = {
  'prod-cache': 'a primary, two replicas',
  'prod-orders': 'a store',
};

let sight = null;
/** Target -> writes of the last minute, a second each. */
const history = new Map();
/** Ids of buttons whose work is under way. */
const busy = new Set();
let trouble = '';

export function takeSight(next) {
  sight = next;
  for (const [target, writes] of Object.entries(next.writes)) {
    history.set(target, [...(history.get(target) ?? []), writes].slice(-HISTORY));
  }
}

/** The real servers beside the chat, with a button for each way to break them. */
export function drawFleet() {
  const pane = document.getElementById('fleet');
  pane.hidden = sight === null;
  document.body.classList.toggle('with-fleet', sight !== null);
  if (sight === null) return;
  swap(
    pane,
    h(
      'header',
      { class: 'pane-head' },
      h('h1', {}, 'Redis servers'),
      h('span', { class: 'topic' }, 'real, on this machine'),
    ),
    h(
      'div',
      { class: 'fleet-body' },
      Object.keys(TARGETS).map(targetCard),
      trouble && h('p', { class: 'error' }, trouble),
    ),
  );
}

function targetCard(target) {
  const { accepted, refused, refusal } = sight.writes[target];
  const sick = refused > 0;
  return h(
    'section',
    { class: 'target' },
    h('header', {}, h('h2', {}, target), h('span', {}, TARGETS[target])),
    h(
      'div',
      { class: sick ? 'writes sick' : 'writes', role: 'status' },
      strip(target),
      h(
        'div',
        { class: 'writes-line' },
        h('span', {}, h('b', {}, String(accepted)), ' writes/s accepted'),
        sick && h('span', { class: 'refused' }, h('b', {}, String(refused)), ` refused: ${refusal}`),
      ),
    ),
    sight.gauges.filter((gauge) => gauge.target === target).map(serverRow),
    sight.breakages.filter((one) => one.target === target).map(breakageRow),
  );
}

/** Green for accepted, red for refused; the figures beside it say the same in words. */
function strip(target) {
  const seconds = history.get(target) ?? [];
  const most = Math.max(1, ...seconds.map(({ accepted, refused }) => accepted + refused));
  const bars = seconds.flatMap(({ accepted, refused }, at) => {
    const x = (HISTORY - seconds.length + at) * 4;
    const good = (accepted / most) * 26;
    const bad = (refused / most) * 26;
    return [
      svg('rect', { x, y: 28 - good, width: 3, height: good, class: 'good' }),
      svg('rect', { x, y: 28 - good - bad, width: 3, height: bad, class: 'bad' }),
    ];
  });
  const look = { viewBox: `0 0 ${HISTORY * 4} 28`, preserveAspectRatio: 'none', class: 'strip', 'aria-hidden': 'true' };
  return svg('svg', look, bars);
}

function serverRow(gauge) {
  if (!gauge.reachable) {
    return h('div', { class: 'server down' }, h('strong', {}, gauge.name), chip('bad', 'not reachable'));
  }
  return h(
    'div',
    { class: 'server' },
    h(
      'div',
      { class: 'server-head' },
      h('strong', {}, gauge.name),
      h('code', {}, gauge.address),
      h('span', { class: 'chips' }, gauge.link === null || !gauge.save.ok ? saveChip(gauge) : linkChip(gauge)),
    ),
    memoryBar(gauge),
    gauge.link?.up === false && h('div', { class: 'why' }, `follows ${gauge.link.primary}, where nobody answers`),
  );
}

function memoryBar({ usedMemory, maxMemory, opsPerSecond, name }) {
  const share = maxMemory === 0 ? 0 : Math.min(1, usedMemory / maxMemory);
  const level = share >= 0.98 ? 'full' : share >= 0.85 ? 'high' : 'fine';
  const fill = h('div', { class: `fill ${level}` });
  fill.style.setProperty('width', `${(share * 100).toFixed(1)}%`);
  const words = `${mib(usedMemory)} of ${mib(maxMemory)} MiB`;
  return h(
    'div',
    { class: 'memory' },
    h(
      'div',
      {
        class: 'bar',
        role: 'meter',
        'aria-label': `Memory of ${name}`,
        'aria-valuemin': '0',
        'aria-valuemax': String(maxMemory),
        'aria-valuenow': String(usedMemory),
        'aria-valuetext': words,
      },
      fill,
    ),
    h('span', {}, words),
    h('span', { class: 'ops' }, `${opsPerSecond} ops/s`),
  );
}

function mib(bytes) {
  return bytes < 10 * MIB ? (bytes / MIB).toFixed(1) : Math.round(bytes / MIB);
}

function linkChip({ link }) {
  return link.up ? chip('good', 'link up') : chip('bad', `link down ${Math.max(0, link.downSeconds)} s`);
}

function saveChip({ save }) {
  return save.ok ? chip('good', `saved ${age(save.ageSeconds)} ago`) : chip('bad', 'last save failed');
}

function age(seconds) {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function chip(kind, text) {
  return h('span', { class: `chip ${kind}` }, kind === 'good' ? '✓ ' : '✕ ', text);
}

function breakageRow({ id, title, how, broken }) {
  return h(
    'div',
    { class: broken ? 'breakage broken' : 'breakage' },
    h('div', {}, h('strong', {}, title), h('p', {}, how)),
    h(
      'div',
      { class: 'breakage-buttons' },
      act('break', id, 'Break', broken, `Break: ${title}`),
      act('heal', id, 'Heal', !broken, `Heal: ${title}`),
    ),
  );
}

function act(door, id, label, disabled, name) {
  const key = `${door} ${id}`;
  const press = async () => {
    busy.add(key);
    trouble = '';
    drawFleet();
    try {
      takeSight(await ask(door, { id }));
    } catch (error) {
      trouble = error.message;
    }
    busy.delete(key);
    drawFleet();
  };
  return h(
    'button',
    {
      type: 'button',
      class: door === 'break' ? 'button break' : 'button heal',
      disabled: disabled || busy.has(key),
      'aria-label': name,
      'data-focus': key,
      onclick: press,
    },
    label,
  );
}
