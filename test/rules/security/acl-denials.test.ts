import { expect, test } from 'vitest';
import type { Denial } from '../../../src/domain/denial.ts';
import aclLog from '../../../src/probes/acl-log.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import rule from '../../../src/rules/security/acl-denials.ts';
import { said, saw, scene } from '../../support/scene.ts';

function denial(count: number, more: Partial<Denial> = {}): Denial {
  return {
    reason: 'command',
    count,
    ageSeconds: 0,
    username: 'app',
    command: undefined,
    clientName: '',
    spanSeconds: undefined,
    ...more,
  };
}

interface Row {
  log: Denial[] | string;
  /** Growth of errorstat_NOPERM; no pair when undefined. */
  grown?: number;
  username?: string;
}

function rowScene({ log, grown, username }: Row) {
  const counts = (count: number) => ({ counts: new Map([['NOPERM', count]]) });
  return scene({
    target: { credentials: username === undefined ? {} : { username } },
    nodes: [
      {
        readings: [
          saw(aclLog, log),
          grown === undefined ? saw(errorStats, counts(9)) : saw(errorStats, counts(9 + grown), counts(9)),
        ],
      },
    ],
  });
}

const CLOSED = 'NOPERM no permissions to run acl|log';

test.each<[string, Row, string]>([
  ['an empty log', { log: [] }, 'clear'],
  ['one denial', { log: [denial(1)] }, 'info'],
  ['9 denials', { log: [denial(9)] }, 'info'],
  ['10 denials', { log: [denial(10)] }, 'warning'],
  ['49 denials', { log: [denial(40), denial(9, { reason: 'key' })] }, 'warning'],
  ['50 denials', { log: [denial(40), denial(10, { reason: 'key' })] }, 'critical'],
  ['five minutes ago', { log: [denial(50, { ageSeconds: 300 })] }, 'critical'],
  ['longer ago', { log: [denial(50, { ageSeconds: 300.1 })] }, 'clear'],
  ['1000 denials over ten hours', { log: [denial(1000, { spanSeconds: 36_000 })] }, 'info'],
  ['1000 denials over half an hour', { log: [denial(1000, { spanSeconds: 1800 })] }, 'critical'],
  ['failed logins', { log: [denial(99, { reason: 'auth' })] }, 'clear'],
  ['our own, as default', { log: [denial(99, { username: 'default' })], grown: 20 }, 'clear'],
  ['our own, by name', { log: [denial(99, { username: 'medic' })], username: 'medic' }, 'clear'],
  ['those of default, who is not us', { log: [denial(99, { username: 'default' })], username: 'medic' }, 'critical'],
  ['a log that is closed to us, and nobody seems to be denied', { log: CLOSED, grown: 0 }, 'unassessed'],
  ['a log that is closed to us, and 9 denials', { log: CLOSED, grown: 9 }, 'unassessed'],
  ['a log that is closed to us, and 10 denials', { log: CLOSED, grown: 10 }, 'warning'],
  ['a log that is closed to us, and 50 denials', { log: CLOSED, grown: 50 }, 'critical'],
  ['a log that is closed to us, and no pair', { log: CLOSED }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the users that are denied are named', () => {
  const log = [denial(12), denial(3, { username: 'batch\n<!here>' })];
  const [found] = rule.assess('rule', rowScene({ log }));
  expect(found).toMatchObject({ headline: '15 commands of app, batch <!here> were denied in the last five minutes' });
});
