import { expect, test } from 'vitest';
import { SlackUserId } from '../../src/domain/ids.ts';
import { makeClients } from '../../src/slack/clients.ts';
import { makePeople } from '../../src/slack/people.ts';
import { fakeSlack } from './fake-slack.ts';

const [NAMED, MEMBER, OUTSIDER] = ['UNAMED', 'UMEMBER', 'UOUTSIDER'].map((id) => SlackUserId.parse(id)) as [
  SlackUserId,
  SlackUserId,
  SlackUserId,
];
const log = { debug() {}, info() {}, warn() {}, error() {} };

function setUp() {
  let now = 0;
  const slack = fakeSlack(() => now);
  slack.groups.set('S1', [MEMBER]);
  const client = makeClients({ botToken: 'xoxb-1', apiUrl: 'http://slack.invalid/api/', fetch: slack.fetch, log });
  const clock = { now: () => now, sleep: async () => {} };
  const people = makePeople({ client: client.interactive, approvers: { users: [NAMED], groups: ['S1'] }, clock, log });
  const pass = (ms: number) => {
    now += ms;
  };
  const asks = (user: SlackUserId, fresh = false) => people.mayApprove(user, { fresh });
  return { slack, asks, pass };
}

const refused = (because: string) => ({ kind: 'refused', because });

test('named people and members of a group may approve, others not', async () => {
  const { asks } = setUp();
  expect(await asks(NAMED)).toEqual({ kind: 'allowed' });
  expect(await asks(MEMBER)).toEqual({ kind: 'allowed' });
  expect(await asks(OUTSIDER)).toEqual(refused('not-an-approver'));
});

test('members are remembered for a minute, and asked for again when it must be fresh', async () => {
  const { slack, asks, pass } = setUp();
  await asks(MEMBER);
  slack.groups.set('S1', []);
  pass(59_999);
  expect(await asks(MEMBER)).toEqual({ kind: 'allowed' });
  expect(await asks(MEMBER, true)).toEqual(refused('not-an-approver'));
  slack.groups.set('S1', [MEMBER]);
  expect(await asks(MEMBER)).toEqual(refused('not-an-approver'));
  pass(60_000);
  expect(await asks(MEMBER)).toEqual({ kind: 'allowed' });
});

test('when Slack cannot say who they are, nobody is one by their group', async () => {
  const { slack, asks, pass } = setUp();
  await asks(MEMBER);
  pass(60_000);
  slack.next('usergroups.users.list', { error: 'plan_upgrade_required' });
  expect(await asks(MEMBER)).toEqual(refused('approvers-unknown'));
  slack.next('usergroups.users.list', { error: 'missing_scope' });
  expect(await asks(NAMED)).toEqual({ kind: 'allowed' });
});
