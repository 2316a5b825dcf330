import { expect, test } from 'vitest';
import { playbooksLint, playbooksList, playbooksShow } from '../../src/cli/playbooks.ts';
import { Playbook } from '../../src/domain/playbook.ts';
import { checkPlaybook, compilersFor } from '../../src/io/playbook-check.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };

function terminal() {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  return { tty: false, colour: false, columns: 100, write, text: () => text };
}

test('the list has one line for each, with what it sends and answers', () => {
  const out = terminal();
  expect(playbooksList(shelves, { json: false }, out)).toBe(0);
  const lines = out.text().trim().split('\n');
  expect(lines).toHaveLength(shelves.playbooks.size + 1);
  expect(lines.find((line) => line.startsWith('raise-maxmemory '))).toMatch(
    /Raise maxmemory +reversible +CONFIG SET.* +oom-noeviction/,
  );
});

test('the list as JSON', () => {
  const out = terminal();
  playbooksList(shelves, { json: true }, out);
  const rows = JSON.parse(out.text()) as { id: string }[];
  expect(rows.find(({ id }) => id === 'evict-for-cache')).toMatchObject({
    own: false,
    for: ['cache'],
    risks: ['reversible', 'destructive'],
    sends: ['CONFIG SET'],
  });
});

test('one is shown with its guards, parameters, steps and how it is verified', () => {
  const playbook = Playbook.parse({
    title: 'Raise the limit',
    summary: 'The data no longer fits.',
    when: ['memory-near-maxmemory'],
    unless: [{ guard: 'memory.maxmemory == 0', because: 'There is no limit.' }],
    for: ['cache'],
    parameters: {
      bytes: {
        type: 'size',
        label: 'New limit',
        help: 'For each server.',
        default: 'memory.used_memory * 1.5',
        max: '64gb',
      },
    },
    steps: [
      { action: 'raise-maxmemory', with: { bytes: '$bytes' } },
      { wait: { until: 'memory.used_memory < memory.maxmemory', timeout_s: 60 } },
      { manual: { instruction: 'Tell the team that {bytes} are theirs.', ask: 'Which ticket?', timeout_s: 600 } },
      { notify: 'The limit is {bytes} now.' },
    ],
    settled: { within_s: 10, hold: ['memory.maxmemory > 0'] },
  });
  const checked = checkPlaybook(playbook, units, compilersFor(units.probes), (_path, text) => expect(text).toBe(''));
  const mine = { id: 'mine', file: 'ours/mine.yml', own: true, ...checked };
  const out = terminal();
  playbooksShow({ ...shelves, playbooks: new Map([['mine', mine]]) }, { id: 'mine' }, out);
  expect(out.text()).toBe(`mine: Raise the limit
  The data no longer fits.
  ours/mine.yml

Answers:
  memory-near-maxmemory

Only for targets that are declared as cache, or not declared.

Not offered while:
  memory.maxmemory == 0
    There is no limit.

Parameters (--set name=value):
  bytes: New limit (size, default memory.used_memory * 1.5, at most 64gb)
    For each server.

Steps:
  1. raise-maxmemory with bytes: $bytes (sends CONFIG SET)
  2. wait until memory.used_memory < memory.maxmemory, at most 60 s
  3. a person does this, within 10 min: Tell the team that {bytes} are theirs.
     and is asked: Which ticket?
  4. tell in the thread: The limit is {bytes} now.

Risk:
  reversible: the undo restores the values of now

Commands, undo and which risk it is are told by the plan, as they depend on what the servers show:
  npx redis-medic plan mine <target>

Counts as repaired when, for 10 s:
  what was found is gone
  memory.maxmemory > 0

It has no rehearsal.
`);
});

test('an unknown id gets what was meant', () => {
  expect(() => playbooksShow(shelves, { id: 'bgsav' }, terminal())).toThrow(
    'There is no playbook "bgsav". Did you mean bgsave?',
  );
});

test('lint counts what is right', () => {
  const out = terminal();
  expect(playbooksLint(shelves, out)).toBe(0);
  expect(out.text()).toBe(`${shelves.playbooks.size} playbooks are right.\n`);
});
