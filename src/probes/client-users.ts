import { defineProbe, textReply } from '../domain/probe.ts';
import clientList, { clientsIn } from './client-list.ts';

/** As whom connections are logged in; those of redis-medic are left out. */
export default defineProbe({
  sampled: 'once',
  allows: [['CLIENT', 'LIST']],
  fields: { as_default: 'number', applications: 'number' },
  commands: (...told) => clientList.commands(...told),
  read([reply]) {
    const others = clientsIn(textReply(reply)).filter(({ name }) => !name.startsWith('redis-medic'));
    const byDefault = others.filter(({ user }) => user === 'default');
    const servers = others.filter(({ flags, name }) => /[SM]/.test(flags) || name.startsWith('sentinel-'));
    return {
      /** Everybody who logged in without the name of a user, replicas and Sentinels too. */
      as_default: byDefault.length,
      /** Applications that gave the name of a user. */
      applications: others.length - new Set([...byDefault, ...servers]).size,
    };
  },
});
