import { APP, type Json, type Person, TEAM, type Usergroup } from '../model.ts';
import { ApiRefusal } from '../refusal.ts';
import type { Methods } from './method.ts';

export const people: Methods = {
  'auth.test': ({ url }) => ({
    url: `${url}/`,
    team: TEAM.name,
    team_id: TEAM.id,
    user: APP.name,
    user_id: APP.userId,
    bot_id: APP.botId,
    is_enterprise_install: false,
  }),

  'users.info'({ state, args }) {
    const id = args.required('user');
    const person = state.directory.users.find((one) => one.id === id);
    if (!person) throw new ApiRefusal('user_not_found');
    return { user: wirePerson(person) };
  },

  'usergroups.list': ({ state, args }) => ({
    usergroups: state.directory.usergroups.map((group) => wireGroup(group, args.flag('include_users'))),
  }),

  'usergroups.users.list'({ state, args }) {
    const id = args.required('usergroup');
    const group = state.directory.usergroups.find((one) => one.id === id);
    if (!group) throw new ApiRefusal('no_such_subteam');
    return { users: group.users };
  },
};

function wirePerson({ id, name, realName }: Person): Json {
  return {
    id,
    team_id: TEAM.id,
    name,
    real_name: realName,
    deleted: false,
    is_bot: false,
    tz: 'Etc/UTC',
    tz_offset: 0,
    profile: { real_name: realName, display_name: name },
  };
}

function wireGroup({ id, handle, name, users }: Usergroup, withUsers: boolean): Json {
  return {
    id,
    team_id: TEAM.id,
    handle,
    name,
    is_usergroup: true,
    date_delete: 0,
    user_count: users.length,
    ...(withUsers ? { users } : {}),
  };
}
