import { expect, test } from 'vitest';
import { NotAnswered } from '../../src/domain/probe.ts';
import { changeOf, describeChange, settingsOf } from '../../src/domain/settings.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { group, lines, PRIMARY, primary, REPLICA, replica } from '../support/planning.ts';

function nodes(version = '7.0.15') {
  const [one, other] = readNodes(group([primary({ identity: { version } }), replica()]));
  if (!one || !other) throw new Error('no nodes');
  return { one, other };
}
const values = { hz: 10, dynamic_hz: 'no', save: '' };

test('what is so already is left out, and so is what nobody asked for', () => {
  const { one } = nodes();
  const settings = settingsOf(one, 'upkeep-config', values, { hz: 10, 'dynamic-hz': 'yes', save: undefined });
  const change = changeOf(settings);
  expect(lines(change?.commands ?? [])).toEqual([`${PRIMARY}> CONFIG SET dynamic-hz yes`]);
  expect(changeOf(settings.slice(0, 1))).toBeUndefined();
});

test('all or none where the server can, one by one where it cannot, and back in the opposite order', () => {
  const wanted = { hz: 20, 'dynamic-hz': 'yes' };
  const modern = changeOf(settingsOf(nodes().one, 'upkeep-config', values, wanted));
  expect(lines(modern?.commands ?? [])).toEqual([`${PRIMARY}> CONFIG SET hz 20 dynamic-hz yes`]);
  expect(modern?.commands[0]?.applied.map(({ reading, value }) => `${reading} ${value}`)).toEqual([
    'upkeep-config.hz 20',
    'upkeep-config.dynamic_hz yes',
  ]);
  const old = changeOf(settingsOf(nodes('6.2.16').one, 'upkeep-config', values, wanted));
  expect(lines(old?.commands ?? [])).toEqual([`${PRIMARY}> CONFIG SET hz 20`, `${PRIMARY}> CONFIG SET dynamic-hz yes`]);
  expect(lines(old?.undo ?? [])).toEqual([`${PRIMARY}> CONFIG SET dynamic-hz no`, `${PRIMARY}> CONFIG SET hz 10`]);
});

test('what a server does not show can neither be read nor set', () => {
  expect(() => settingsOf(nodes().one, 'upkeep-config', {}, { hz: 1 })).toThrow(NotAnswered);
  expect(() => settingsOf(nodes().one, 'upkeep-config', {}, { hz: 1 })).toThrow(
    `${PRIMARY} (redis 7.0.15) does not show hz`,
  );
});

test('servers with the same change are told together, and an empty value can be seen', () => {
  const { one, other } = nodes();
  const settings = [one, other].flatMap((node) => settingsOf(node, 'x', values, { save: '60 1' }));
  const change = changeOf(settings);
  expect(change && describeChange(change)).toEqual([`save "" -> "60 1" on ${PRIMARY}, ${REPLICA}.`]);
  expect(change?.watches.filter(({ reading }) => reading === 'x.save')).toHaveLength(2);
});
