import { APP, type Directory } from './workspace/model.ts';

/** Asks for diagnoses; may not approve. */
export const RILEY = 'U0RILEY00';
/** Approves. */
export const ALEX = 'U0ALEX000';
/** Approves as well, for what needs two. */
export const SAM = 'U0SAM0000';
/** Sees the channel and may do nothing. */
export const OLLI = 'U0OLLI000';

export const INCIDENTS_CHANNEL = 'C0REDIS00';
export const GENERAL_CHANNEL = 'C0GENERAL';
export const APPROVERS_GROUP = 'S0REDISOP';

const EVERYBODY = [RILEY, ALEX, SAM, OLLI];

/** Who lives in the pretend workspace of the demo and of the tests. */
export const CAST: Directory = {
  users: [
    { id: RILEY, name: 'riley', realName: 'Riley Moreau', title: 'Requester' },
    { id: ALEX, name: 'alex', realName: 'Alex Okafor', title: 'Approver' },
    { id: SAM, name: 'sam', realName: 'Sam Lindqvist', title: 'Second approver' },
    { id: OLLI, name: 'olli', realName: 'Olli Tamm', title: 'Outsider' },
  ],
  channels: [
    {
      id: INCIDENTS_CHANNEL,
      name: 'redis-incidents',
      topic: 'Alerts, diagnoses and approvals',
      members: [...EVERYBODY, APP.userId],
    },
    { id: GENERAL_CHANNEL, name: 'general', topic: 'Everybody', members: [...EVERYBODY, APP.userId] },
  ],
  usergroups: [{ id: APPROVERS_GROUP, handle: 'redis-ops', name: 'Redis operators', users: [ALEX, SAM] }],
};
